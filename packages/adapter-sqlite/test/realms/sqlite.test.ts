import { conformanceCases, runConformanceCase } from "@slotwright/conformance";
import { describe, it } from "vitest";
import { openSqliteStore } from "../sqlite-harness.ts";

/** Those that play at random find nothing here that the others do not find. */
const cases = conformanceCases.filter(({ key }) => !key.startsWith("random."));

describe("sqliteAdapter conforms in a vm context", () => {
  for (const one of cases) {
    it(`${one.key}: ${one.title}`, () =>
      runConformanceCase(one, { name: "sqliteAdapter in a vm context", open: openSqliteStore, propertyRuns: 2 }));
  }
});
