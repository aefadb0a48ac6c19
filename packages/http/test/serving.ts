import { expect } from "vitest";
import { readEvents } from "./events.ts";
import { place, slotAt, until } from "./stage.ts";

/** Books, is refused, sends too much, and follows what happens, at the address of a handler in whatever it is mounted. */
export async function expectToServe(url: string): Promise<void> {
  const headers = { "X-Actor": "provider/dr", "Content-Type": "application/json" };
  const post = (path: string, body: object) =>
    fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  const created = await post("/slots", { ...place, slots: [slotAt(0)] });
  expect(created.status).toBe(201);
  const { slots } = (await created.json()) as { slots: readonly { id: string }[] };
  const response = await fetch(`${url}/changes/stream`, { headers });
  const stream = readEvents(response);
  await until(() => stream.named("started").length === 1);
  const want = { slotId: slots[0]?.id, subjectId: "ada" };
  const [first, second] = [await post("/appointments", want), await post("/appointments", want)];
  expect([first.status, second.status]).toEqual([201, 409]);
  await until(() => stream.entries().length === 2);
  await stream.leave();
  const large = await post("/appointments", { ...want, reason: "x".repeat(100_000) });
  expect(large.status).toBe(413);
  const empty = await fetch(`${url}/slots/${slots[0]?.id}`, { headers: { "X-Actor": "provider/dr" } });
  expect(((await empty.json()) as { slot: object }).slot).toMatchObject({ status: "booked" });
}
