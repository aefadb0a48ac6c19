import { type Contender, type Load, newsWorkloads, type Turn, type WorkloadName } from "../contenders/contender.ts";
import type { DoubleBookings, ResultRow } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import { median, percentile } from "./statistics.ts";

export interface Effort {
  /** Counted rounds, after those that warm up. */
  readonly rounds: number;
  /** How long each contender's round should take. */
  readonly roundMs: number;
}

export interface Measured {
  readonly rows: readonly ResultRow[];
  readonly doubleBookings: readonly DoubleBookings[];
  /** What went wrong, a few of each. */
  readonly errors: readonly string[];
}

/** A contender and what it did. */
export interface ContenderTurns {
  readonly contender: Contender;
  readonly warm: Turn[];
  readonly turns: Turn[];
}

/** The contenders take turns, so that whatever else the computer does affects all of them alike. */
export async function measure(
  contenders: readonly Contender[],
  scenario: Scenario,
  { rounds, roundMs }: Effort,
  { onTurn, signal }: { readonly onTurn: () => void; readonly signal: AbortSignal },
): Promise<Measured> {
  const runners = contenders
    .filter(({ workloads }) => workloads.includes(scenario.workload))
    .map((contender): ContenderTurns => ({ contender, warm: [], turns: [] }));
  const load = (operations: number): Load => ({ ...scenario, operations });
  for (const { contender, warm } of runners) {
    signal.throwIfAborted();
    warm.push(await contender.turn(load(Math.max(16, scenario.callers))));
    warm.push(await contender.turn(load(operationsFor(warm, scenario, roundMs / 4))));
    onTurn();
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { contender, warm, turns } of runners) {
      signal.throwIfAborted();
      turns.push(await contender.turn(load(operationsFor([...warm, ...turns], scenario, roundMs))));
      onTurn();
    }
  }
  return measuredOf(runners, scenario);
}

/** Warm-up and rounds of a scenario, for a progress bar. */
export const turnsOf = (contenders: number, { rounds }: Effort): number => contenders * (rounds + 1);

const mostOperations = 50_000;

/** How much a contender can do in this time, judging by its last turn. */
export function operationsFor(turns: readonly Turn[], { callers }: Scenario, wantedMs: number): number {
  const last = turns.at(-1);
  const perMs = last === undefined ? 0 : last.latenciesMs.length / Math.max(last.elapsedMs, 0.1);
  return Math.round(Math.min(mostOperations, Math.max(callers, perMs * wantedMs)));
}

async function measuredOf(runners: readonly ContenderTurns[], scenario: Scenario): Promise<Measured> {
  const rows: ResultRow[] = [];
  const doubleBookings: DoubleBookings[] = [];
  const messages: string[] = [];
  for (const runner of runners) {
    const { name } = runner.contender;
    const { count, bookedSlots, doubleBooked, words } = await whatIsWrong(runner, scenario);
    rows.push({ ...scenario, contender: name, ...figuresOf(runner.turns), errors: count });
    if (doubleBooked > 0) doubleBookings.push({ ...scenario, contender: name, bookedSlots, doubleBooked });
    messages.push(...words.map((message) => `${name}: ${message}`));
  }
  return { rows, doubleBookings, errors: messages };
}

function figuresOf(turns: readonly Turn[]) {
  const middle = (figure: (turn: Turn) => number) => median(turns.map(figure));
  const at = (share: number) => rounded(middle(({ latenciesMs }) => percentile(latenciesMs, share)));
  const perRound = turns.map(({ done, elapsedMs }) => rounded((done * 1000) / elapsedMs));
  return { opsPerSecond: rounded(median(perRound)), perRound, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

const rounded = (figure: number): number => Number(figure.toPrecision(4));

/** Errors of the calls, double bookings, and bookings that were acknowledged and are not there. */
export async function whatIsWrong(runner: ContenderTurns, scenario: Scenario) {
  const { bookedSlots, doubleBooked, missing } = await checked(runner, scenario);
  const errors = [...runner.warm, ...runner.turns].flatMap((turn) => turn.errors);
  const lost = missing === 0 ? [] : [`${missing} bookings were acknowledged and are not in the database`];
  const words = [...lost, ...[...new Set(errors)].slice(0, 3)];
  return { count: errors.length + doubleBooked + missing, bookedSlots, doubleBooked, words };
}

const bookingWorkloads: readonly WorkloadName[] = ["own-slots", "spread-slots", "hot-slot", ...newsWorkloads];

/** What was acknowledged must be there, and nothing else. */
async function checked({ contender, warm, turns }: ContenderTurns, { workload }: Scenario) {
  const { appointments, bookedSlots } = await contender.tally();
  if (!bookingWorkloads.includes(workload)) return { bookedSlots, doubleBooked: 0, missing: 0 };
  const acknowledged = [...warm, ...turns].reduce((sum, { booked }) => sum + booked, 0);
  // The floor books one slot to see how the engine does it.
  const model = contender.name === "floor" ? 1 : 0;
  return {
    bookedSlots,
    doubleBooked: appointments - bookedSlots,
    missing: Math.abs(acknowledged + model - appointments),
  };
}
