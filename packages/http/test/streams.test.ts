import { expect, it } from "vitest";
import { describeOnEachEngine, type Open } from "./engines.ts";
import { readEvents } from "./events.ts";
import {
  type Answer,
  passed,
  place,
  publish,
  requestOf,
  type Sent,
  type StageOptions,
  slotAt,
  until,
} from "./stage.ts";

async function streamStageOf(stage: Open, options?: StageOptions) {
  const staged = await stage(options);
  const open = async (route = "GET /changes/stream", sent: Sent = {}) => {
    const response = await staged.handler(requestOf(route, sent));
    expect(response.status).toBe(200);
    return Object.assign(readEvents(response), { headers: response.headers });
  };
  return { ...staged, open };
}

describeOnEachEngine("a stream", ({ stage }) => {
  const streamStage = (options?: StageOptions) => streamStageOf(stage, options);

  it("begins where it says, shows what follows, and goes on by Last-Event-ID without loss or repetition", async () => {
    const { send, open } = await streamStage();
    const ids = await publish(send, 6);
    const first = await open();
    expect(first.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
    expect(first.headers.get("Cache-Control")).toBe("no-store, no-transform");
    expect(first.headers.get("X-Accel-Buffering")).toBe("no");
    await until(() => first.named("started").length === 1);
    await send(`POST /slots/${ids[0]}/block`);
    await until(() => first.entries().length === 1);
    const lastId = first.lastId();
    expect(first.named("changes")[0]?.data.cursor).toBe(lastId);
    await first.leave();
    for (const id of ids.slice(1, 4)) await send(`POST /slots/${id}/block`);
    const second = await open("GET /changes/stream?after=end", { headers: { "Last-Event-ID": lastId } });
    await until(() => second.entries().length === 3);
    await send(`POST /slots/${ids[4]}/block`);
    await until(() => second.entries().length === 4);
    expect(second.entries().map(({ recordId }) => recordId)).toEqual(ids.slice(1, 5));
    expect(second.named("started")[0]?.id).toBe(lastId);
    await second.leave();
  });

  it("shows what happens within 50 ms as one event, and only what is asked for", async () => {
    const { send, open } = await streamStage({ engineOptions: { authorize: () => undefined } });
    const own = await open(`GET /changes/stream?providerId=${place.providerId}`);
    const other = await open("GET /changes/stream?providerId=dr-other&facilityId=north");
    await until(() => own.named("started").length + other.named("started").length === 2);
    await passed(120);
    const began = performance.now();
    for (let index = 0; index < 30; index++) {
      await send("POST /slots", { body: { ...place, slots: [slotAt(index * 30)] } });
    }
    await until(() => own.entries().length === 30);
    expect(own.named("changes").length).toBeLessThan(2 + (performance.now() - began) / 50);
    expect(other.named("changes")).toEqual([]);
    await Promise.all([own.leave(), other.leave()]);
  });

  it("shows each patient what authorize lets them see, and nobody's subject id but their own", async () => {
    const { send, open } = await streamStage();
    const ids = await publish(send, 2);
    const names = ["anna", "berta"] as const;
    const streams = await Promise.all(names.map((name) => open(undefined, { actor: `patient/${name}` })));
    await until(() => streams.every(({ named }) => named("started").length === 1));
    for (const [index, name] of names.entries()) {
      const body = { slotId: ids[index], subjectId: name, metadata: { note: `of-${name}` }, reason: `because-${name}` };
      expect((await send("POST /appointments", { actor: `patient/${name}`, body })).status).toBe(201);
    }
    await until(() => streams.every(({ entries }) => entries().length === 3));
    const [anna, berta] = streams.map(({ received }) => JSON.stringify(received));
    expect(anna).not.toMatch(/berta/);
    expect(berta).not.toMatch(/anna/);
    expect(anna).toMatch(/because-anna/);
    await Promise.all(streams.map(({ leave }) => leave()));
  });

  it("says that it is alive, with the cursor of what it has left out", async () => {
    const { send, open } = await streamStage({ streams: { aliveMs: 100 } });
    const stream = await open("GET /changes/stream?providerId=dr-other");
    await publish(send, 1);
    const isPast = () => stream.lastId() !== stream.named("started")[0]?.id;
    await until(() => stream.named("comment").length >= 3 && isPast());
    expect(stream.named("changes")).toEqual([]);
    await stream.leave();
  });

  it("ends with feed_reset where the feed does not go on from its cursor", async () => {
    const { handler, open, engine } = await streamStage();
    const subscribe = async function* () {
      yield* [];
      const { BookingError } = await import("@slotwright/core");
      throw new BookingError("feed_reset", {});
    };
    const as = engine.as.bind(engine);
    Object.assign(engine, { as: (actor: never) => ({ ...as(actor), subscribe }) });
    const stream = await open();
    await until(stream.isEnded);
    expect(stream.named("feed_reset")).toMatchObject([
      { id: undefined, data: { success: false, scenario: "feed_reset" } },
    ]);
    expect(handler).toBeTypeOf("function");
  });

  it("of a client that does not read ends, and goes on by its cursor", async () => {
    const { send, handler, open } = await streamStage({
      streams: { bufferBytes: 5_000, slowMs: 150 },
      engineOptions: { authorize: () => undefined },
    });
    const response = await handler(requestOf("GET /changes/stream"));
    const { cursor } = (await send("GET /changes?after=end")).body;
    for (let index = 0; index < 60; index++) {
      await send("POST /slots", { body: { ...place, slots: [slotAt(index * 30)] } });
      await passed(3);
    }
    await passed(400);
    const stream = readEvents(response);
    await until(stream.isEnded);
    expect(stream.named("ended")).toMatchObject([{ data: { reason: "slow" } }]);
    const last = stream.named("ended")[0]?.data.cursor;
    const seen = stream.entries().length;
    expect(seen).toBeLessThan(60);
    const rest = await open("GET /changes/stream", { headers: { "Last-Event-ID": stream.lastId() } });
    await until(() => seen + rest.entries().length === 60);
    expect([typeof last, typeof cursor]).toEqual(["string", "string"]);
    await rest.leave();
  });

  it("ends after its time, so that its reader is asked for again", async () => {
    const { open } = await streamStage({ streams: { forSeconds: 0.2, aliveMs: 50 } });
    const stream = await open();
    await until(stream.isEnded);
    expect(stream.named("ended")).toMatchObject([{ data: { reason: "signed_out" } }]);
  });

  it("ends when the handler closes, which waits for requests under way", async () => {
    const { handler, open } = await streamStage();
    const streams = await Promise.all([open(), open(), open()]);
    await handler.close();
    for (const stream of streams) {
      await until(stream.isEnded);
      expect(stream.named("ended")).toMatchObject([{ data: { reason: "closing" } }]);
    }
  });

  it("is one of a bounded number, for each actor and for the process, which is given back", async () => {
    const { open, send } = await streamStage({ streams: { most: 3, mostOfActor: 2 } });
    const refusalOf = ({ status, headers, body }: Answer) => [status, headers.get("Retry-After"), body.scenario];
    const full = [429, "5", "too_many_streams"];
    const one = await open();
    const two = await open();
    expect(refusalOf(await send("GET /changes/stream"))).toEqual(full);
    const three = await open(undefined, { actor: "patient/ada" });
    expect(refusalOf(await send("GET /changes/stream", { actor: "patient/ben" }))).toEqual(full);
    // What is refused takes no place.
    await two.leave();
    expect((await send("GET /changes/stream?after=forged")).status).toBe(400);
    const again = await open();
    await Promise.all([one, three, again].map(({ leave }) => leave()));
  });
});
