import { BookingError } from "../errors/index.ts";
import type { Availability } from "../model/availability.ts";
import type { Command } from "../model/commands.ts";
import { limits } from "../model/limits.ts";
import { dayMs } from "../model/local-date.ts";
import {
  type OutsideSlot,
  type PublishedSlots,
  type PublishSlotsInput,
  publishSlotsSchema,
} from "../model/publish-slots.ts";
import type { Slot } from "../model/slot.ts";
import type { Actor } from "../model/values.ts";
import type { Rule } from "../rules/decision.ts";
import { type PublishedStretch, publishing, publishSlots as rule } from "../rules/publish-slots.ts";
import { decidedOnly } from "./decide-only.ts";
import { endedEarly } from "./ended-early.ts";
import type { EngineSettings } from "./options.ts";
import { parseFor } from "./parse.ts";
import { refuseAborted } from "./read-chunks.ts";
import type { ParsedCommand } from "./request.ts";
import { runCommand } from "./run-command.ts";
import { hiddenFrom } from "./visible.ts";

/**
 * Publishes stretch by stretch, each in a commit of its own, if there is anything to write. No keys: a repeat finds what is there.
 * @throws BookingError
 */
export async function publishSlots(settings: EngineSettings, input: PublishSlotsInput): Promise<PublishedSlots> {
  const { until, dryRun, signal, ...envelope } = parseFor(settings.actor, publishSlotsSchema, input);
  return published(settings, { until, signal, envelope, dryRun });
}

/** What publishing would do once these hours hold. */
export async function effectOf(
  settings: EngineSettings,
  availability: Availability,
  { until = inDays(settings, 62), ...envelope }: Envelope & { readonly until?: Date | undefined },
): Promise<PublishedSlots> {
  return published(settings, { until, envelope, availability, dryRun: true });
}

type Envelope = Omit<Command<"publishSlots">, "from" | "until">;

interface Plan {
  readonly until: Date;
  readonly signal?: AbortSignal | undefined;
  readonly envelope: Envelope;
  readonly dryRun: boolean;
  /** Only of a dry run. Default: what is stored. */
  readonly availability?: Availability;
}

type Sum = Record<"created" | "kept" | "withdrawn" | "obstructed" | "outsideCount", number>;

const inDays = ({ clock }: EngineSettings, days: number) => new Date(clock.now().getTime() + days * dayMs);

async function published(settings: EngineSettings, plan: Plan): Promise<PublishedSlots> {
  const { dryRun } = plan;
  const sum = { created: 0, kept: 0, withdrawn: 0, obstructed: 0, outsideCount: 0 };
  try {
    return { dryRun, ...(await publishedInto(sum, settings, plan)) };
  } catch (error) {
    const { created, withdrawn } = sum;
    throw dryRun ? error : endedEarly(settings, error, { call: "publishSlots", changed: { created, withdrawn } });
  }
}

/** Adds up what became of the slots. */
async function publishedInto(sum: Sum, settings: EngineSettings, plan: Plan) {
  const { signal, envelope, dryRun, availability } = plan;
  const begin = settings.clock.now();
  const until = new Date(Math.max(plan.until.getTime(), begin.getTime()));
  if (until > inDays(settings, limits.publishedDays)) throw tooFar();
  const outside: Slot[] = [];
  const gone = new Set<string>();
  const asked = (dryRun ? publishing({ availability, gone }) : rule) as Rule<unknown, PublishedStretch>;
  const foresee = async (parsed: ParsedCommand<PublishedStretch>) => {
    const { result, put } = await decidedOnly(settings, parsed);
    for (const record of put) if (record.kind === "slot" && record.status === "withdrawn") gone.add(record.id);
    return result;
  };
  for (let from = begin; ; ) {
    refuseAborted(signal);
    const command = { ...envelope, from, until };
    const parsed = { name: "publishSlots", command, rule: asked, hashedAs: "publishSlots" } as const;
    const stretch = await (dryRun ? foresee(parsed) : runCommand<PublishedStretch>(settings, parsed));
    for (const name of Object.keys(sum) as (keyof Sum)[]) sum[name] += stretch[name];
    outside.push(...stretch.outside.slice(0, limits.outsideSlots - outside.length));
    from = new Date(stretch.to);
    if (from >= until) return { ...sum, outside: await shownSlots(settings, envelope.actor, outside) };
  }
}

/** What `authorize` lets the actor see of them. */
export async function shownSlots(
  settings: EngineSettings,
  actor: Actor,
  slots: readonly Slot[],
): Promise<readonly OutsideSlot[]> {
  const now = settings.clock.now();
  const seen = slots.map(async (slot): Promise<readonly OutsideSlot[]> => {
    const hidden = await hiddenFrom({ ...settings, actor }, { action: "list", now, record: slot });
    if (hidden === undefined) return [];
    const { id: slotId, appointmentId, start, end } = slot;
    return [{ slotId, appointmentId: hidden.includes("appointmentId") ? null : appointmentId, start, end }];
  });
  return (await Promise.all(seen)).flat();
}

function tooFar(): BookingError {
  const message = `must not be more than ${limits.publishedDays} days ahead`;
  return new BookingError("invalid_input", { issues: [{ path: "until", code: "too_large", message }] });
}
