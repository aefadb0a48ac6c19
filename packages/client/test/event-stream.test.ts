import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createEventStreamReader, type StreamEvent } from "../src/feed/event-stream.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function read(chunks: readonly Uint8Array[], lastEventId?: string): readonly StreamEvent[] {
  const reader = createEventStreamReader(lastEventId);
  return chunks.flatMap((chunk) => reader.read(chunk));
}

const sample =
  '\uFEFFretry: 2000\n\nevent: started\r\nid: a\r\ndata: {"cursor":"a"}\r\n\r\n: still here\nid: b\n\n' +
  "event: changes\rid: c\rdata: Ärzte 🩺\rdata:  zwei\r\r";

const expected: readonly StreamEvent[] = [
  { name: "started", data: '{"cursor":"a"}', lastEventId: "a" },
  { name: "message", data: undefined, lastEventId: "b" },
  { name: "changes", data: "Ärzte 🩺\n zwei", lastEventId: "c" },
];

test("reads events whatever ends their lines, with comments, ids without news, and data of several lines", () => {
  const reader = createEventStreamReader();
  expect(reader.read(bytes(sample))).toEqual(expected);
  expect(reader.retryMs()).toBe(2000);
});

test("reads the same wherever the bytes are cut", () => {
  const all = bytes(sample);
  const places = fc.array(fc.nat(all.length), { maxLength: 12 });
  for (const cuts of fc.sample(places, 300)) {
    const borders = [0, ...cuts.sort((a, b) => a - b), all.length];
    const chunks = borders.slice(1).map((border, index) => all.slice(borders[index], border));
    expect(read(chunks)).toEqual(expected);
  }
  expect(read([...all].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
});

test("takes a CRLF that is cut in two for one end of a line, and a line feed after it for another one", () => {
  expect(read([bytes("data: a\r"), bytes("\n"), bytes("\n")])).toMatchObject([{ data: "a" }]);
  expect(read([bytes("data: a\r"), bytes("\ndata: b\r\n\r\n")])).toMatchObject([{ data: "a\nb" }]);
});

test("bytes that are no UTF-8 spoil a character, and nothing after it", () => {
  const broken = [...bytes("data: x"), 0xff, 0xc3, ...bytes("y\n\ndata: z\n\n")];
  expect(read([Uint8Array.from(broken)]).map(({ data }) => data)).toEqual(["x\uFFFD\uFFFDy", "z"]);
});

test("an event that is not complete is none, and an id with NUL does not count", () => {
  expect(read([bytes("data: half\n")])).toEqual([]);
  expect(read([bytes("id: a\0b\ndata: x\n\n")], "before")).toMatchObject([{ data: "x", lastEventId: "before" }]);
});

test("unknown fields, a field without a colon and a retry that is no number are passed over", () => {
  const reader = createEventStreamReader();
  expect(reader.read(bytes("what: x\nretry: soon\ndata\n\n"))).toMatchObject([{ name: "message", data: "" }]);
  expect(reader.retryMs()).toBeUndefined();
});
