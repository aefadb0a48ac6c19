import type { EngineName } from "@slotwright/lab/engines";
import type { Fault } from "./fault.ts";
import { faultsOfServer } from "./server/faults.ts";
import { sqliteFaults } from "./sqlite/faults.ts";

export { problemsOfFault, runUntilStruck } from "./fault.ts";

/** The faults of an engine, on servers that start when they are needed and stop on `close`. */
export interface Faults {
  readonly faults: readonly Fault[];
  readonly close: () => Promise<void>;
}

export function faultsOf(engineName: EngineName): Faults {
  return engineName === "sqlite" ? { faults: sqliteFaults, close: async () => {} } : faultsOfServer(engineName);
}
