import { randomUUID } from "node:crypto";
import { BookingError, isBookingError } from "../../errors/index.ts";
import { settingsOfEngine } from "../engine-settings.ts";
import type { EngineSettings } from "../options.ts";
import { parse } from "../parse.ts";
import { type RelayOptions, type ReleaseRecordInput, type RunRelayInput, relaySchema, runSchema } from "./options.ts";
import { relayStorage } from "./relay-storage.ts";
import { release } from "./release.ts";
import type { Contender } from "./state.ts";
import { type RelayStatus, status } from "./status.ts";
import { type RelayContext, takeLease } from "./take-lease.ts";
import { work } from "./work.ts";

/** What `createRelay` returns. */
export interface Relay {
  /**
   * Hands over entries while this process has the lease, and stands by while another one has. It goes on while the
   * database is away.
   *
   * @param input `{ signal }`, which ends the run.
   * @returns A promise that resolves once `signal` is aborted, what was being handled is answered, and the lease is given
   * up.
   * @throws BookingError `invalid_input`, `feed_reset`, `schema_outdated`, `schema_too_new`, `storage_misused`,
   * `refused_by_database`.
   * @example
   * ```ts
   * const stopping = new AbortController();
   * process.once("SIGTERM", () => stopping.abort());
   * await relay.run({ signal: stopping.signal });
   * ```
   */
  run(input?: RunRelayInput): Promise<void>;

  /**
   * How far the relay is, who has the lease, and what is parked, as stored: in every process alike.
   *
   * @returns The lease, how many entries are behind, and the parked records.
   * @throws BookingError `storage_busy`, `storage_unavailable`, `storage_misused`, `refused_by_database`,
   * `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { parked } = await relay.status();
   * for (const { recordId, attempts, error } of parked) console.log(recordId, attempts, error);
   * ```
   */
  status(): Promise<RelayStatus>;

  /**
   * Asks the process that has the lease to retry a parked record now, or with `skip` to give up the entries of it that
   * are parked, up to the `lastVersion` that is stored now. What follows later is handed over. The one of this process
   * hears it at once, another one when its next poll is due.
   *
   * @param input `{ recordKind, recordId, skip? }`.
   * @returns Whether the record is parked.
   * @throws BookingError `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * await relay.release({ recordKind: "appointment", recordId: appointmentId });
   * ```
   */
  release(input: ReleaseRecordInput): Promise<boolean>;
}

/**
 * Creates a relay, which hands each entry of the journal to your function at least once, those of each record in the
 * order of its versions, and goes on after any crash. Of all processes with relays of one name, one works at a time. A
 * record whose entry fails is parked with what follows it, and retried; the others go on.
 *
 * @throws BookingError `invalid_input`; `storage_misused` for an engine within a transaction.
 * @example
 * ```ts
 * const relay = createRelay({
 *   engine,
 *   name: "confirmations",
 *   handle: async ({ command, recordKind, recordId, version }, { signal }) => {
 *     if (command !== "book" || recordKind !== "appointment") return;
 *     await sendMail(recordId, { key: `${recordId}/${version}`, signal });
 *   },
 * });
 * await relay.run({ signal: stopping.signal });
 * ```
 */
export function createRelay(options: RelayOptions): Relay {
  const plan = parse(relaySchema, options);
  const settings = settingsOf(plan.engine);
  const context: RelayContext = { settings, plan, storage: relayStorage(settings, plan.name) };
  const wakers = new Set<() => void>();
  return {
    run: async (input = {}) => run(context, wakers, parse(runSchema, input).signal),
    status: () => status(context),
    async release(input) {
      const isParked = await release(context, input);
      for (const wake of wakers) wake();
      return isParked;
    },
  };
}

async function run(context: RelayContext, wakers: Set<() => void>, stop: AbortSignal = never()): Promise<void> {
  const contender: Contender = { holder: randomUUID(), seen: undefined, token: 0 };
  while (!stop.aborted) {
    const taken = await takeLease(context, contender, stop);
    if (taken === undefined) continue;
    await work(context, taken, { contender, stop, wakers }).catch((error: unknown) => {
      throw isBookingError(error, "feed_reset") ? new BookingError("feed_reset", { relay: context.plan.name }) : error;
    });
  }
}

const never = () => new AbortController().signal;

function settingsOf(engine: unknown): EngineSettings {
  const settings = settingsOfEngine(engine);
  if (settings !== undefined && !settings.isHostTransaction) return settings;
  const problem =
    "createRelay() works outside of transactions, on what was committed. Give it the engine that createEngine returned.";
  throw new BookingError("storage_misused", { problem });
}
