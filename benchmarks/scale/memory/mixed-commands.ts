import type { Engine } from "@slotwright/core";
import type { Draw } from "../workloads.ts";

const actor = { kind: "benchmark", id: "bench" };
const facilityId = "facility";
const providers = 40;
const slotsOfProvider = 200;
const slotMs = 30 * 60_000;
const firstStart = Date.UTC(2027, 0, 4, 9);

const mixedCommandNames = ["book", "cancel", "hold", "release", "refused", "list"] as const;
export type CommandCounts = Readonly<Record<(typeof mixedCommandNames)[number], number>>;

/** Commands that follow from what was done before, so that nearly all of them succeed. */
export interface MixedCommands {
  /** Runs this caller's next command. */
  readonly run: (caller: number) => Promise<void>;
  readonly done: () => number;
  readonly counts: () => CommandCounts;
}

/** Every caller has slots of its own. It books one and cancels, holds one and releases, and lists now and then. */
export async function mixedCommands(engine: Engine<never>, draw: Draw): Promise<MixedCommands> {
  const slots = await publish(engine);
  const counts: Record<keyof CommandCounts, number> = { book: 0, cancel: 0, hold: 0, release: 0, refused: 0, list: 0 };
  let done = 0;
  const count = (name: keyof CommandCounts) => {
    counts[name] += 1;
    done += 1;
  };
  return {
    async run(caller) {
      const own = slots[caller % providers] ?? [];
      const slotId = own[draw(own.length)] ?? "";
      await bookAndCancel(engine, slotId, count);
      await holdAndRelease(engine, slotId, count);
      if (draw(4) === 0) await list(engine, caller, count);
    },
    done: () => done,
    counts: () => ({ ...counts }),
  };
}

type Count = (name: keyof CommandCounts) => void;

async function publish(engine: Engine<never>): Promise<readonly (readonly string[])[]> {
  const spans = Array.from({ length: slotsOfProvider }, (_, index) => ({
    start: new Date(firstStart + index * slotMs),
    end: new Date(firstStart + (index + 1) * slotMs),
  }));
  const published: (readonly string[])[] = [];
  for (let provider = 0; provider < providers; provider += 1) {
    const { slots } = await engine.createSlots({ actor, providerId: `provider-${provider}`, facilityId, slots: spans });
    published.push(slots.map(({ id }) => id));
  }
  return published;
}

async function bookAndCancel(engine: Engine<never>, slotId: string, count: Count): Promise<void> {
  const idempotencyKey = crypto.randomUUID();
  const { appointment } = await engine.book({ actor, slotId, subjectId: `subject-${slotId}`, idempotencyKey });
  count("book");
  await engine.book({ actor, slotId, subjectId: "late" }).catch(() => count("refused"));
  await engine.cancel({ actor, appointmentId: appointment.id, reason: "changed plans" });
  count("cancel");
}

async function holdAndRelease(engine: Engine<never>, slotId: string, count: Count): Promise<void> {
  const { holdToken } = await engine.hold({ actor, slotId, seconds: 60 });
  count("hold");
  await engine.release({ actor, slotId, holdToken });
  count("release");
}

async function list(engine: Engine<never>, caller: number, count: Count): Promise<void> {
  const providerIds = Array.from(
    { length: 1 + (caller % 12) },
    (_, index) => `provider-${(caller + index) % providers}`,
  );
  await engine.listSlots({ providerIds, statuses: ["available"], limit: 50 });
  count("list");
}
