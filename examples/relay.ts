import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, createRelay, type Handover, type JournalEntry } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage, onWarning: ({ message }) => console.warn(message) });

// Somebody else's system, which wants to hear of appointments. It takes each message once, and refuses Ada's for now.
const received = new Set<string>();
let refuses = "ada";
const receiver = createServer((request, response) => {
  const key = String(request.headers["idempotency-key"]);
  const isRefused = request.headers["x-subject"] === refuses;
  if (!isRefused && !received.has(key))
    console.log(`Webhook: ${request.headers["x-subject"]} ${request.url?.slice(1)}`);
  if (!isRefused) received.add(key);
  response.writeHead(isRefused ? 503 : 204).end();
}).listen(0, "127.0.0.1");
await once(receiver, "listening");
const { port } = receiver.address() as AddressInfo;

/** Stands for your mail service. It drops a message whose key it has seen, so a repeat does no harm. */
const mailed = new Set<string>();
function mail(to: string, text: string, key: string): void {
  if (!mailed.has(key)) console.log(`E-mail to ${to}: ${text}`);
  mailed.add(key);
}

/** Whom to remind when: a table of your own. To write the same twice changes nothing. */
const reminders = new Map<string, { readonly to: string; readonly at: Date }>();

/** What your scheduler runs every few minutes. */
function remind(now: Date): void {
  for (const [id, { to, at }] of reminders) {
    if (at > now) continue;
    mail(to, "Your appointment is tomorrow.", `${id}/reminder/${at.toISOString()}`);
    reminders.delete(id);
  }
}

const dayMs = 24 * 60 * 60 * 1000;

async function tell(entry: JournalEntry, { signal, attempt }: Handover): Promise<void> {
  if (entry.recordKind !== "appointment") return;
  const { id, subjectId, start } = await engine.getAppointment(entry.recordId);
  if (entry.toStatus === "confirmed") {
    mail(subjectId, `Your appointment is on ${start.toISOString()}.`, `${id}/${entry.version}`);
    reminders.set(id, { to: subjectId, at: new Date(start.getTime() - dayMs) });
  } else reminders.delete(id);
  // The same key however often the entry is handed over, so a receiver that keeps the keys can drop repeats.
  const headers = { "idempotency-key": `${id}/${entry.version}`, "x-subject": subjectId };
  const response = await fetch(`http://127.0.0.1:${port}/${entry.command}`, { method: "POST", headers, signal });
  if (!response.ok) throw new Error(`The webhook answered ${response.status} to attempt ${attempt}.`);
}

const relay = createRelay({ engine, name: "appointments", handle: tell, from: "beginning", pollMs: 100 });
const stopping = new AbortController();
const running = relay.run({ signal: stopping.signal });

const place = { providerId: "dr-weber", facilityId: "north-clinic" };
const slots = ["09:00", "09:30", "10:00"].map((time) => {
  const start = new Date(`2027-03-22T${time}:00+01:00`);
  return { start, end: new Date(start.getTime() + 30 * 60 * 1000) };
});
const created = await engine.createSlots({ actor: { kind: "provider", id: "dr-weber" }, ...place, slots });

async function book(subjectId: string, index: number) {
  const slotId = created.slots[index]?.id ?? "";
  return (await engine.book({ actor: { kind: "patient", id: subjectId }, slotId, subjectId })).appointment;
}

/** Waits until the relay has come so far. */
async function until(isSo: (status: Awaited<ReturnType<typeof relay.status>>) => boolean): Promise<void> {
  while (!isSo(await relay.status())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const ofAda = await book("ada", 0);
const ofBen = await book("ben", 1);
await until(({ parked }) => parked.length === 1);
await engine.reschedule({
  actor: { kind: "patient", id: "ada" },
  appointmentId: ofAda.id,
  slotId: created.slots[2]?.id ?? "",
});

// What follows on a parked entry of Ada's appointment waits with it. Ben's has gone on.
await until(({ behind, parked }) => behind === 0 && parked[0]?.lastVersion === 2);
const { parked } = await relay.status();
for (const { fromVersion, lastVersion, error } of parked) {
  console.log(`Parked: versions ${fromVersion} to ${lastVersion}. ${error}`);
}

// It would be retried by itself, after a pause that grows each time. Once the receiver is mended, there is no need to wait.
refuses = "";
await relay.release({ recordKind: "appointment", recordId: ofAda.id });
await until((status) => status.parked.length === 0);
await engine.cancel({ actor: { kind: "patient", id: "ben" }, appointmentId: ofBen.id });
await until(({ behind }) => behind === 0);
remind(new Date("2027-03-21T12:00:00Z"));

stopping.abort();
await running;
receiver.close();
await storage.close();
