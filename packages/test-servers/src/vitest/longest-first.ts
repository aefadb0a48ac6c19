import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take more than half a minute, the longest first. A new clone has no times of earlier runs, and without
 * them Vitest begins with the files that have most text. Those that run the suite for adapters have least, so one of
 * them would be at work long after all others.
 */
const longest: readonly string[] = [
  "adapter-mysql/test/conformance.test.ts",
  "benchmarks/test/arenas.test.ts",
  "examples/demo.test.ts",
  "proof/test/prove.test.ts",
  "proof/test/faults.test.ts",
  "adapter-postgres/test/conformance.test.ts",
  "examples/adapter/conformance.test.ts",
  "proof/test/sqlite-faults.test.ts",
  "clinic/test/browser/connection.test.ts",
  "clinic/test/browser/views.test.ts",
  "clinic/test/browser/races.test.ts",
  "adapter-sqlite/test/conformance.test.ts",
  "conformance/test/memory.test.ts",
  "adapter-postgres/test/guard-races.test.ts",
  "proof/test/violations.test.ts",
  "proof/test/turns.test.ts",
  "client/test/mutants.test.ts",
  "client/test/interleavings.test.ts",
  "adapter-sqlite/test/realms/sqlite.test.ts",
  "conformance/test/realms/memory.test.ts",
];

function placeOf({ moduleId }: TestSpecification): number {
  const index = longest.findIndex((end) => moduleId.endsWith(end));
  return index === -1 ? longest.length : index;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => placeOf(one) - placeOf(other));
  }
}
