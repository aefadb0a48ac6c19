import { type ActorEngine, BookingError, type LiveSlots, maximumAppointments, weekdays } from "@slotwright/core";
import { describe, expect, it } from "vitest";
import { createSearches } from "../src/searches.ts";
import { createSubjectSearches } from "../src/subject-searches.ts";
import { passed, place, publish, stage, until, week } from "./stage.ts";

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

  it("goes by the engine's clock", async () => {
    const now = new Date("2026-03-01T08:30:00Z");
    const stopped = { now: () => now, sleep: passed };
    const { send, handler } = await stage({ live, engineOptions: { clock: stopped } });
    await handler.ready();
    const starts = ["2026-03-01T08:00:00.000Z", "2026-03-01T09:00:00.000Z", "2026-03-02T09:00:00.000Z"];
    const published = starts.map((start) => ({ start, end: start.replace(":00:00.", ":30:00.") }));
    expect((await send("POST /slots", { body: { ...place, slots: published } })).status).toBe(201);
    const base = `GET /open-slots?providerId=${place.providerId}`;
    const listed = async (bounds: string, source: "live" | "database") => {
      const actor = source === "live" ? "provider/dr" : "outsider/x";
      const { body } = await send(base + bounds, { actor });
      return { ...body, items: body.items.map(({ start }: { start: string }) => start) };
    };
    const within = "&to=2026-03-03T00:00:00Z";
    while ((await listed(within, "live")).items.length === 0) await passed(2);
    for (const source of ["live", "database"] as const) {
      const expected = { source, asOf: now.toISOString(), items: starts.slice(1) };
      for (const bounds of [within, `${within}&from=2026-03-01T00:00:00Z`]) {
        expect(await listed(bounds, source)).toMatchObject(expected);
      }
    }
    expect(await listed("", "database")).toMatchObject({ items: starts.slice(1) });
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
    // A calendar that shows a month that is over.
    const over = await send("GET /open-slots/days?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z");
    expect(over).toMatchObject({ status: 200, body: { days: [] } });
    expect(await send("GET /open-slots/next", { actor: "outsider/x" })).toMatchObject({
      status: 403,
      body: { scenario: "forbidden" },
    });
    for (const empty of ["GET /open-slots/days?providerId=", `GET /slots?status=&${week}`]) {
      expect((await send(empty)).body.details.issues).toMatchObject([{ code: "too_few" }]);
    }
    expect((await send("GET /open-slots/days?providerId=&providerId=x")).body.details.issues).toMatchObject([
      { path: "providerIds.0", code: "too_short" },
    ]);
  });

  it("for a subject is answered from live slots, to everybody, by authorize and the policies", async () => {
    const weekly = maximumAppointments({ count: 1, minutes: 7 * 24 * 60 });
    const { send } = await searched({ live, engineOptions: { policies: [weekly] } });
    const forAda = `${asked}&subjectId=ada`;
    const search = async (actor: string, route = forAda) => (await send(route, { actor })).body;
    const [own, staff, outsiders] = [
      await search("patient/ada"),
      await search("provider/dr"),
      await search("outsider/x"),
    ];
    expect([own, staff, outsiders].map(({ source }) => source)).toEqual(["live", "live", "live"]);
    expect(own).toMatchObject({ cursor: expect.any(String), isStale: false });
    expect(own.items).toHaveLength(slots.length);
    // Ben may not book for her.
    expect(await search("patient/ben")).toMatchObject({ source: "live", items: [] });
    const page = await search("patient/ada", `${forAda}&limit=2`);
    expect(page.items).toEqual(own.items.slice(0, 2));
    const booked = await send("POST /appointments", {
      actor: "patient/ada",
      body: { slotId: own.items[0].slotId, subjectId: "ada" },
    });
    expect(booked.status).toBe(201);
    await until(() => {
      void search("patient/ada").then(({ items }) => {
        own.items = items;
      });
      return own.items.length === 0;
    });
    expect((await search("patient/ada")).source).toBe("live");
    expect((await search("provider/dr", `${asked}&subjectId=ben`)).items).not.toHaveLength(0);
    expect((await send(`${asked}&subjectId=`)).body.scenario).toBe("invalid_input");
    expect((await search("patient/ada", forAda.replace(to.toISOString(), "2199-01-01T00:00:00Z"))).source).toBe(
      "database",
    );
  });

  it("offers to a holder what they hold, by the token in a header or by who they are, and to nobody else", async () => {
    const { send } = await searched();
    const { slotId } = (await send(asked)).body.items[1];
    const { holdToken } = (await send("POST /holds", { body: { slotId, holderId: "h/1" } })).body;
    const offered = async (route: string, headers = {}, actor = "provider/dr") => {
      const { items, source } = (await send(route, { headers, actor })).body;
      const found = items.find((item: { slotId: string; mine?: boolean }) => item.slotId === slotId && item.mine);
      return [items.length, found !== undefined, source];
    };
    let seats = 2;
    await until(() => {
      void send(asked).then(({ body }) => {
        seats = body.items[1].seats;
      });
      return seats === 1;
    });
    const own = { "Hold-Token": `other%2Ctoken, ${encodeURIComponent(holdToken)}` };
    expect((await offered(asked, own)).slice(1)).toEqual([true, "live"]);
    expect((await offered(asked, own, "outsider/x")).slice(1)).toEqual([true, "database"]);
    expect((await offered(`${asked}&subjectId=ada`, own)).slice(1)).toEqual([true, "live"]);
    expect((await offered(`${asked}&holderId=h%2F1`)).slice(1)).toEqual([true, "database"]);
    // Patients do not see whose holds they are, so they are told nothing by naming somebody.
    expect((await offered(`${asked}&holderId=h%2F1`, {}, "patient/eve"))[1]).toBe(false);
    expect((await offered(asked))[1]).toBe(false);
    // No tokens are sent as none, and an empty header is none.
    expect(await offered(asked, { "Hold-Token": " " })).toEqual(await offered(asked));
    const wrong = await send(asked, { headers: { "Hold-Token": "%E0%A4%A" } });
    expect(wrong.body).toMatchObject({ scenario: "invalid_input", details: { issues: [{ path: "Hold-Token" }] } });
    expect((await send(`${asked}&holdTokens=x`)).body.scenario).toBe("invalid_input");
  });

  it("is of the database where there are no live slots", async () => {
    const { send } = await stage();
    await publish(send, 1);
    expect((await send(asked)).body).toMatchObject({ source: "database", items: [] });
  });
});

describe("searches for subjects", () => {
  it("are kept for those who searched last, and begin anew after a failure", async () => {
    const [begun, ended]: [string[], string[]] = [[], []];
    let fails = false;
    const slots = {
      forSubject: async ({ subjectId }: { readonly subjectId: string }) => {
        begun.push(subjectId);
        return {
          findOpen: async () => (fails ? Promise.reject(new Error("It is away.")) : { items: [] }),
          close: () => ended.push(subjectId),
        };
      },
    } as unknown as LiveSlots;
    const searches = createSubjectSearches(2);
    const actor = { kind: "patient", id: "ada" };
    const find = (subjectId: string) => searches.find(slots, { actor, subjectId }, (own) => own.findOpen({}));
    for (const subjectId of ["a", "b", "a", "c", "a"]) await find(subjectId);
    expect([begun, ended]).toEqual([["a", "b", "c"], ["b"]]);
    fails = true;
    await expect(find("a")).rejects.toThrow("It is away.");
    fails = false;
    await Promise.all([find("a"), find("a")]);
    expect([begun.slice(3), ended]).toEqual([["a"], ["b", "a"]]);
    await searches.find(slots, { actor: { kind: "patient", id: "ben" }, subjectId: "a" }, (own) => own.findOpen({}));
    expect(begun.slice(4)).toEqual(["a"]);
  });
});

describe("live slots that were not told to know the openings", () => {
  it("are not asked for times, which would end a search for a subject that is kept for its slots", async () => {
    const begun: string[] = [];
    const issues = [{ path: "minutes", code: "invalid", message: "needs the openings" }];
    const slots = {
      forSubject: async ({ subjectId }: { readonly subjectId: string }) => {
        begun.push(subjectId);
        return {
          findOpen: async () => ({ items: [], source: "live", isStale: false }),
          findTimes: () => Promise.reject(new BookingError("invalid_input", { issues } as never)),
          close: () => {},
        };
      },
    } as unknown as LiveSlots;
    const searches = createSearches(
      { follow: async () => slots, now: () => new Date() },
      { forDays: 30, openTo: "everybody" },
      () => {},
    );
    await searches.ready();
    const input = { subjectId: "ada", to: to.toISOString() };
    const engine = { findTimes: async () => ({ items: [] }) } as unknown as ActorEngine;
    const asking = { actor: { kind: "patient", id: "ada" }, engine, input } as unknown as Parameters<
      typeof searches.findOpen
    >[0];
    const found = [await searches.findOpen(asking), await searches.findTimes(asking), await searches.findOpen(asking)];
    expect(found).toMatchObject([{ source: "live" }, { source: "database" }, { source: "live" }]);
    expect(begun).toEqual(["ada"]);
  });
});

describe("a search for times of a length", () => {
  const openings = { providerIds: [place.providerId], facilityId: place.facilityId, openings: true };
  const times = `GET /open-times?providerId=${place.providerId}&facilityId=${place.facilityId}&minutes=30`;
  const days = times.replace("/open-times", "/open-times/days");
  const next = times.replace("/open-times", "/open-times/next");
  const bounds = `from=${from.toISOString()}&to=${to.toISOString()}`;
  const hours = { openings: "computed", offer: { minutes: 30 }, weekly: [{ days: weekdays, from: 0, to: 1440 }] };

  async function followed(engineOptions: object = {}) {
    const staged = await stage({ live: { ...live, ...openings }, engineOptions });
    await staged.handler.ready();
    const body = { ...place, timeZone: "Europe/Berlin", hours };
    expect((await staged.send("POST /availability", { body })).status).toBe(200);
    const isThere = async () => (await staged.send(`${times}&${bounds}`)).body.items.length > 0;
    while (!(await isThere())) await passed(2);
    return staged;
  }

  it("is answered from live slots that know the openings, like by the database, and so are counts and the next ones", async () => {
    const { send } = await followed();
    for (const route of [
      `${times}&${bounds}&limit=7`,
      `${days}&${bounds}`,
      `${next}&from=${from.toISOString()}&count=3`,
    ]) {
      const [own, outsiders] = [(await send(route)).body, (await send(route, { actor: "outsider/x" })).body];
      expect([own.source, outsiders.source], route).toEqual(["live", "database"]);
      expect([own.items, own.days, own.nextFrom]).toEqual([outsiders.items, outsiders.days, outsiders.nextFrom]);
      expect((own.items ?? own.days).length).toBeGreaterThan(2);
    }
    const page = (await send(`${times}&${bounds}&limit=2`)).body;
    const rest = (await send(`${times}&${bounds}&limit=5&cursor=${page.nextCursor}`, { actor: "outsider/x" })).body;
    expect([...page.items, ...rest.items]).toEqual((await send(`${times}&${bounds}&limit=7`)).body.items);
  });

  it("is answered by the database where they do not hold all of it", async () => {
    const { send } = await followed();
    const far = new Date(Date.now() + 40 * 24 * 60 * 60_000).toISOString();
    const elsewhere = times.replace(place.facilityId, "elsewhere");
    for (const route of [times, `${times}&to=${far}`, `${days}&to=${far}`, days, `${elsewhere}&${bounds}`]) {
      expect((await send(route)).body.source, route).toBe("database");
    }
    // In their window there are fewer than so many, and more in the 62 days of the database.
    const short = await stage({ live: { ...live, ...openings, forDays: 1 } });
    await short.handler.ready();
    await short.send("POST /availability", { body: { ...place, timeZone: "Europe/Berlin", hours } });
    const { body } = await short.send(`${next}&count=100`);
    expect([body.source, body.items.length]).toEqual(["database", 100]);
    expect((await send(`${days}&${bounds}&timeZone=Mars`)).body.scenario).toBe("invalid_input");
    // What the database refuses is refused however much of it they hold.
    const long = await stage({ live: { ...live, ...openings, forDays: 100 } });
    await long.handler.ready();
    const late = `from=${from.toISOString()}&to=${new Date(from.getTime() + 63 * 24 * 60 * 60_000).toISOString()}`;
    for (const route of [times, days]) {
      expect((await long.send(`${route}&${late}`)).body.details.issues[0].path).toBe("to");
    }
  });

  it("finds the next ones within 62 days, from live slots as from the database", async () => {
    const { send, handler } = await stage({ live: { ...live, ...openings, forDays: 100 } });
    await handler.ready();
    const first = new Date(Date.now() + 70 * 24 * 60 * 60_000).toISOString().slice(0, 10);
    const late = { ...hours, weekly: [{ ...hours.weekly[0], validFrom: first }] };
    const set = async (weekly: object) => {
      const { status } = await send("POST /availability", { body: { ...place, timeZone: "UTC", hours: weekly } });
      expect(status).toBe(200);
    };
    await set(hours);
    while ((await send(`${next}&count=1`)).body.source !== "live") await passed(2);
    await set(late);
    let isSet = false;
    await until(() => {
      void send(`${times}&${bounds}`).then(({ body }) => {
        isSet = body.items.length === 0;
      });
      return isSet;
    });
    for (const actor of ["provider/dr", "outsider/x"]) {
      const { source, items } = (await send(`${next}&count=1`, { actor })).body;
      expect([source, items]).toEqual(["database", []]);
    }
  });

  it("has what the caller holds, by the tokens of a header", async () => {
    const { send } = await followed();
    const [slot] = (await send("POST /slots", { body: { ...place, slots: slots.slice(0, 1) } })).body.slots;
    const { holdToken } = (await send("POST /holds", { body: { slotId: slot.id, seconds: 60 } })).body;
    const headers = { "Hold-Token": encodeURIComponent(holdToken) };
    for (const actor of ["provider/dr", "outsider/x"]) {
      const offered = async (more = {}) =>
        (await send(`${times}&${bounds}`, { actor, ...more })).body.items.find(
          (one: { slotId: string }) => one.slotId === slot.id,
        );
      while ((await offered({ headers }))?.mine !== true) await passed(2);
      expect(await offered()).toBeUndefined();
    }
  });

  it("for a subject is answered from live slots, to everybody, by authorize and the policies", async () => {
    const weekly = maximumAppointments({ count: 1, minutes: 7 * 24 * 60 });
    const { send } = await followed({ policies: [weekly] });
    const forAda = `${times}&${bounds}&subjectId=ada`;
    const search = async (actor: string, route = forAda) => (await send(route, { actor })).body;
    const [own, outsiders] = [await search("patient/ada"), await search("outsider/x")];
    expect([own.source, outsiders.source]).toEqual(["live", "live"]);
    expect(own).toMatchObject({ cursor: expect.any(String), isStale: false });
    expect(own.items).toHaveLength(100);
    expect(await search("patient/ben")).toMatchObject({ source: "live", items: [] });
    const [{ providerId, facilityId, start, end }] = own.items;
    const body = { providerId, facilityId, start, end, subjectId: "ada" };
    expect((await send("POST /appointments", { actor: "patient/ada", body })).status).toBe(201);
    while ((await search("patient/ada")).items.length > 0) await passed(2);
    expect((await search("patient/ada", `${days}&${bounds}&subjectId=ada`)).source).toBe("database");
  });
});
