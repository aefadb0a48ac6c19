import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { type Clock, createEngine, systemClock } from "@slotwright/core";
import { commandIdOf } from "@slotwright/core/checking";
import { afterAll, beforeAll, expect, it } from "vitest";
import { audit, type Shown, shownIn, type ToldOutcome } from "../src/audit/index.ts";
import { sqlite } from "../src/engines/sqlite.ts";

const actor = { id: "maria", kind: "staff" };
/** All within one millisecond. */
const clock: Clock = { ...systemClock, now: () => new Date("2030-01-01T08:00:00Z") };
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slotwright-audit-"));
  file = join(folder, "bookings.sqlite");
});
afterAll(() => rm(folder, { recursive: true }));

async function findingsAgainst(told: readonly ToldOutcome[]): Promise<readonly string[]> {
  const connection = await sqlite.connect(file);
  try {
    return (await audit(connection, sqlite.dialect, told)).findings.map(({ finding }) => finding);
  } finally {
    await connection.close();
  }
}

it("the audit finds nothing wrong with an appointment that moves within its slot, or with an override, and finds a slot that was never as shown", async () => {
  const storage = sqliteAdapter({ filename: file });
  await storage.migrate();
  const engine = createEngine({ storage, clock });
  const told: ToldOutcome[] = [];
  const say = (command: string, key: string, answer: object) =>
    void told.push({
      commandId: commandIdOf(key, actor, "actor"),
      command,
      actorId: command === "book" ? "paul" : "maria",
      outcome: "done",
      shown: shownIn(answer),
    });

  const range = { start: "2030-01-02T09:00:00Z", end: "2030-01-02T10:00:00Z" };
  const created = await engine.createSlots({
    providerId: "lang",
    facilityId: "north",
    timeZone: "UTC",
    slots: [range],
    actor,
    idempotencyKey: "create",
  });
  say("createSlots", "create", created);
  const slotId = created.slots[0]?.id as string;
  const booked = await engine.book({ slotId, subjectId: "paul", actor, idempotencyKey: "book" });
  say("book", "book", booked);
  const moved = await engine.reschedule({
    appointmentId: booked.appointment.id,
    slotId,
    start: "2030-01-02T09:30:00Z",
    actor,
    idempotencyKey: "move",
  });
  say("reschedule", "move", moved);
  const policies = [{ name: "closed", check: () => "Closed." }];
  const override = [{ policy: "closed", reason: "She comes anyway." }];
  const strict = createEngine({ storage, clock, policies });
  const canceling = { appointmentId: booked.appointment.id, actor, override, idempotencyKey: "cancel" };
  say("cancel", "cancel", await strict.cancel(canceling));
  expect((await engine.history({ slotId })).items.at(-1)?.overrides).toEqual(override);
  await storage.close();
  expect(await findingsAgainst(told)).toEqual([]);

  const never = (shown: readonly Shown[]) =>
    shown.map((record) => (record.kind === "slot" ? { ...record, version: record.version + 1 } : record));
  for (const command of ["book", "reschedule"]) {
    const wrong = told.map((one) => (one.command === command ? { ...one, shown: never(one.shown) } : one));
    expect(await findingsAgainst(wrong)).toContain("acknowledged, but the change is not in the database");
  }
});

it("the audit finds nothing wrong with a booking that withdraws what was made for a hold that has ended, and finds a hold that was withdrawn unseen", async () => {
  file = join(folder, "holds.sqlite");
  const storage = sqliteAdapter({ filename: file });
  await storage.migrate();
  let now = new Date("2030-01-01T08:00:00Z");
  const engine = createEngine({ storage, clock: { ...systemClock, now: () => now } });
  const told: ToldOutcome[] = [];
  const say = <Answer extends object>(command: string, answer: Answer): Answer => {
    const [commandId, actorId] = [commandIdOf(command, actor, "actor"), command === "book" ? "paul" : "maria"];
    told.push({ commandId, command, actorId, outcome: "done", shown: shownIn(answer) });
    return answer;
  };
  const keyed = (idempotencyKey: string) => ({ actor, idempotencyKey });

  const place = { providerId: "lang", facilityId: "north" };
  const time = { start: "2030-01-02T09:00:00Z", end: "2030-01-02T09:30:00Z" };
  const hours = {
    openings: "computed",
    offer: { minutes: 30 },
    weekly: [{ days: ["wednesday"], from: "09:00", to: "12:00" }],
  } as const;
  const set = { ...keyed("setAvailability"), ...place, timeZone: "UTC", hours };
  say("setAvailability", await engine.setAvailability(set));
  const holding = { ...place, seconds: 60 };
  say("hold", await engine.hold({ ...keyed("hold"), ...holding, ...time }));
  now = new Date("2030-01-01T08:02:00Z");
  say("book", await engine.book({ ...keyed("book"), ...place, ...time, subjectId: "paul" }));
  const later = { start: "2030-01-02T10:00:00Z", end: "2030-01-02T10:30:00Z" };
  const { slot, holdToken } = say("hold-2", await engine.hold({ ...keyed("hold-2"), ...holding, ...later }));
  say("release", await engine.release({ ...keyed("release"), slotId: slot.id, holdToken }));
  await storage.close();
  expect(await findingsAgainst(told)).toEqual([]);

  const unseen = told.map((one) => (one.command === "release" ? { ...one, shown: [] } : one));
  expect(await findingsAgainst(unseen)).toContain("a change that no caller was told about");
});
