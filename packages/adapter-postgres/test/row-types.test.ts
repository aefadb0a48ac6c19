import { expect, it } from "vitest";
import { encodeRows } from "../src/row-types.ts";

it("an instant is the eight bytes of its milliseconds, before 1970 and to both ends of time", () => {
  const instants = [
    0,
    1,
    -1,
    2 ** 32,
    2 ** 32 - 1,
    -(2 ** 32),
    1_700_000_000_000,
    -62_135_596_800_000,
    8.64e15,
    -8.64e15,
  ];
  for (const updated_at of instants) {
    const row = encodeRows("schedule_row", [{ n: 0, id: "a", version: 1, created_at: 0, updated_at }]);
    expect(row.readBigInt64BE(row.length - 8), String(updated_at)).toBe(BigInt(updated_at));
  }
});
