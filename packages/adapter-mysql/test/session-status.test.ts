import { describe, expect, it } from "vitest";
import type { MysqlConnection } from "../src/connection.ts";
import { sendForStatus } from "../src/session-status.ts";

interface Packet {
  readonly isEOF?: () => boolean;
  readonly eofStatusFlags?: () => unknown;
}

/** A driver whose commands receive these packets, and are answered at the last one. */
function driverWith(...packets: readonly Packet[]): MysqlConnection {
  const send = (_options: object, done: (error: unknown, result: unknown) => void) => {
    const command = { execute: (_packet: Packet, isLast: boolean) => void (isLast && done(null, "rows")) };
    setImmediate(() => {
      for (const [index, packet] of packets.entries()) command.execute(packet, index === packets.length - 1);
    });
    return command;
  };
  return { connection: { execute: send, query: send, promise: () => {} } } as unknown as MysqlConnection;
}

const row: Packet = { isEOF: () => false, eofStatusFlags: () => 0 };
const end = (flags: () => unknown): Packet => ({ isEOF: () => true, eofStatusFlags: flags });
const statusBy = async (...packets: readonly Packet[]) =>
  (await sendForStatus(driverWith(...packets), "execute", {})).status;

describe("the status that comes with rows", () => {
  it("is that of the packet after them", async () => {
    expect(
      await statusBy(
        row,
        row,
        end(() => 3),
      ),
    ).toEqual({ inTransaction: true, autocommit: true });
    expect(
      await statusBy(
        end(() => 3),
        row,
        end(() => 2),
      ),
    ).toEqual({ inTransaction: false, autocommit: true });
  });

  it.each<[string, Packet]>([
    ["have no such methods", {}],
    ["throw when called", end(() => JSON.parse("{"))],
    ["answer something else", end(() => undefined)],
    ["answer in another form", end(() => ({ autocommit: true }))],
  ])("is unknown if the packets of a driver %s", async (_, packet) => {
    expect(await statusBy(row, packet)).toBeUndefined();
  });
});
