import { describe, expect, it } from "vitest";
import { auditRelay, countHandedOver, type Handover } from "../src/faults/beside/handovers.ts";

const handover = (version: number, token: number, isDone = true): Handover => {
  return { recordKind: "slot", recordId: "s-1", version, token, isDone };
};
const committed = [handover(1, 0), handover(2, 0)];

describe("the audit of what relays have handed over", () => {
  it("accepts that the next holder of the lease begins again", () => {
    expect(auditRelay([handover(1, 1), handover(2, 1), handover(1, 2), handover(2, 2)], committed)).toEqual([]);
  });

  it("does not count an entry as handed over whose function has not answered", () => {
    const died = [handover(1, 1), handover(2, 1, false)];
    expect(auditRelay(died, committed)).toEqual(["lost: slot s-1 version 2"]);
    expect(countHandedOver(died)).toBe(1);
    expect(auditRelay([...died, handover(2, 2)], committed)).toEqual([]);
  });

  it("finds an entry that comes again although the lease has not moved", () => {
    expect(auditRelay([handover(1, 1), handover(2, 1), handover(2, 1)], committed)).toEqual([
      "handed over again: slot s-1 version 2 with the token 1",
    ]);
  });

  it("finds a process that goes on after another one has the lease", () => {
    expect(auditRelay([handover(1, 1), handover(1, 2), handover(2, 2), handover(2, 1)], committed)).toEqual([
      "handed over with the token 1, after 2 was given: slot s-1 version 2",
    ]);
  });

  it("finds versions that are not in order", () => {
    expect(auditRelay([handover(2, 1), handover(1, 1)], committed).join()).toContain("out of order");
  });
});
