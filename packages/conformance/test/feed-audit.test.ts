import { describe, expect, it } from "vitest";
import { auditHandovers, type HandedOver } from "../src/index.ts";

const entry = (recordId: string, version: number) => ({ recordKind: "slot", recordId, version }) as const;
const committed = [entry("a", 1), entry("b", 1), entry("a", 2), entry("a", 3)];

/** Written as token, record and version: `1a2`. */
const handed = (...names: readonly string[]): readonly HandedOver[] =>
  names.map((name) => ({ ...entry(name.charAt(1), Number(name.charAt(2))), token: Number(name.charAt(0)) }));

describe("the audit of what a relay hands over", () => {
  it.each([
    ["in the order of versions", handed("1a1", "1b1", "1a2", "1a3")],
    ["again by the next holder, from any place that was reached", handed("1a1", "1b1", "1a2", "2a2", "2a3")],
    ["by a holder that was away, after the next one has begun", handed("1b1", "2a1", "2a2", "1a1", "2a3")],
    ["again by the same holder", handed("1a1", "1b1", "1a2", "1a2", "1a3")],
  ])("permits what comes %s", (_, given) => {
    expect(auditHandovers(given, committed)).toEqual([]);
  });

  it.each([
    ["loses an entry", handed("1a1", "1b1", "1a2"), ["lost: slot a version 3"]],
    ["loses a record", handed("1a1", "1a2", "1a3"), ["lost: slot b version 1"]],
    ["skips a version", handed("1b1", "1a1", "1a3", "1a2"), /^out of order: slot a version 3/],
    ["skips a version that comes later", handed("1b1", "1a1", "2a3", "3a2"), ["out of order: slot a version 3"]],
    ["goes back", handed("1a1", "1b1", "1a2", "1a3", "1a1"), ["out of order: slot a version 1"]],
    ["makes something up", handed("1a1", "1b1", "1a2", "1a3", "1a4"), ["never committed: slot a version 4"]],
  ])("reports a relay that %s", (_, given, problems) => {
    const found = auditHandovers(given, committed);
    if (problems instanceof RegExp) expect(found.join("\n")).toMatch(problems);
    else expect(found).toEqual(problems);
  });
});
