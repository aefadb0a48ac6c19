import { describe, expect, it } from "vitest";
import { passed, place, publish, stage, until } from "./stage.ts";

const from = new Date(Date.now() + 24 * 60 * 60_000);
const to = new Date(from.getTime() + 7 * 24 * 60 * 60_000);
const asked = `GET /open-slots?providerId=${place.providerId}&from=${from.toISOString()}&to=${to.toISOString()}`;

const slots = Array.from({ length: 6 }, (_, index) => {
  const start = new Date(from.getTime() + index * 60 * 60_000);
  return { start, end: new Date(start.getTime() + 30 * 60_000), capacity: 1 + (index % 2) };
});

const clock = { dateStyle: "short", timeStyle: "medium" } as const;

const live = { forDays: 30, openTo: ({ kind }: { readonly kind: string }) => kind !== "outsider" } as const;

async function searched(options: Parameters<typeof stage>[0] = { live }) {
  const staged = await stage(options);
  await staged.handler.ready();
  expect((await staged.send("POST /slots", { body: { ...place, slots } })).status).toBe(201);
  const liveItems = async () => (await staged.send(asked)).body.items.length;
  for (let count = 0; count < slots.length; await passed(2)) count = await liveItems();
  return staged;
}

describe("a search for free times", () => {
  it("is answered from live slots within their window, like by the database, page by page", async () => {
    const { send } = await searched();
    const [own, outsiders] = [await send(asked), await send(asked, { actor: "outsider/x" })];
    expect(own.body).toMatchObject({ source: "live", cursor: expect.any(String), isStale: false });
    expect(outsiders.body).toMatchObject({ source: "database", cursor: null, behindMs: 0, isStale: false });
    expect(own.body.items).toEqual(outsiders.body.items);
    // A page of one goes on by the cursor of the other.
    const page = (await send(`${asked}&limit=2`)).body;
    const rest = (await send(`${asked}&cursor=${page.nextCursor}`, { actor: "outsider/x" })).body;
    expect([...page.items, ...rest.items]).toEqual(own.body.items);
    expect([page.source, rest.source]).toEqual(["live", "database"]);
  });

  it("is answered by the database beyond their window, without an end, for what they do not hold, and before they are read", async () => {
    const { send } = await searched();
    const far = new Date(Date.now() + 40 * 24 * 60 * 60_000).toISOString();
    const base = `GET /open-slots?providerId=${place.providerId}`;
    for (const route of [
      `${base}&to=${far}`,
      base,
      `${base}&from=${from.toISOString().replace("Z", "%2B00:00")}&to=${to.toISOString()}`,
    ]) {
      expect((await send(route)).body.source).toBe("database");
    }
    const other = await searched({ live: { ...live, providerIds: ["dr-other"] } });
    expect((await other.send(asked)).body.source).toBe("database");
    expect((await other.send(`${asked}&limit=0`)).body.scenario).toBe("invalid_input");
  });

  it("offers nothing that has begun, wherever the answer comes from", async () => {
    const { send } = await searched();
    const now = Date.now();
    const past = { start: new Date(now - 60_000), end: new Date(now + 600_000) };
    await send("POST /slots", { body: { ...place, slots: [past] } });
    const early = asked.replace(from.toISOString(), new Date(now - 3_600_000).toISOString());
    for (const actor of ["provider/dr", "outsider/x"]) {
      expect((await send(early, { actor })).body.items).toHaveLength(slots.length);
    }
    const over = `GET /open-slots?providerId=dr-weber&to=${new Date(now - 1_000).toISOString()}`;
    expect((await send(over)).body).toMatchObject({ items: [], nextCursor: null });
  });

  it("takes local times with their zone, in queries and in bodies, and says where one is skipped", async () => {
    const { send } = await searched();
    const local = (date: Date) =>
      new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin", ...clock }).format(date);
    const asLocal = (date: Date) => `${local(date).replace(" ", "T")}[Europe/Berlin][disambiguation=compatible]`;
    const since = (start: Date) =>
      `GET /open-slots?providerId=${place.providerId}&from=${encodeURIComponent(asLocal(start))}&to=${encodeURIComponent(asLocal(to))}`;
    expect((await send(since(from))).body.items).toHaveLength(slots.length);
    const past = { start: new Date(Date.now() - 600_000), end: new Date(Date.now() + 600_000) };
    await send("POST /slots", { body: { ...place, slots: [past] } });
    expect((await send(since(new Date(Date.now() - 3_600_000)))).body.items).toHaveLength(slots.length);
    const skipped = { local: "2027-03-28T02:30", timeZone: "Europe/Berlin" };
    const body = { ...place, slots: [{ start: skipped, end: { ...skipped, disambiguation: "later" } }] };
    const problem = { headers: { Accept: "application/problem+json" } };
    const refused = await send("POST /slots", { body, ...problem });
    expect([refused.status, refused.body.details.issues]).toMatchObject([
      400,
      [{ path: "slots.0.start.local", code: "no_such_time" }],
    ]);
    const query = await send(`GET /open-slots?from=2027-03-28T02:30[Europe/Berlin]&to=2027-03-29T00:00[Mars]`, problem);
    expect(query.body.details.issues).toMatchObject([
      { path: "from", code: "no_such_time" },
      { path: "to", code: "not_a_time_zone" },
    ]);
  });

  it("follows what is booked, counts by day and finds the next, and these only for whom they are open to", async () => {
    const { send } = await searched();
    const { slotId } = (await send(asked)).body.items[0];
    await send("POST /appointments", { body: { slotId, subjectId: "ada" } });
    let left = slots.length;
    await until(() => {
      void send(asked).then(({ body }) => {
        left = body.items.length;
      });
      return left === slots.length - 1;
    });
    const { body } = await send("GET /open-slots/next?count=1");
    expect(body).toMatchObject({ source: "live", items: [{ providerId: place.providerId }] });
    const days = (await send("GET /open-slots/days?timeZone=UTC")).body.days;
    expect(days.reduce((sum: number, { open }: { open: number }) => sum + open, 0)).toBe(slots.length - 1);
    expect(await send("GET /open-slots/next", { actor: "outsider/x" })).toMatchObject({
      status: 403,
      body: { scenario: "forbidden" },
    });
    expect((await send("GET /open-slots/days?providerId=")).status).toBe(400);
  });

  it("is of the database where there are no live slots", async () => {
    const { send } = await stage();
    await publish(send, 1);
    expect((await send(asked)).body).toMatchObject({ source: "database", items: [] });
  });
});
