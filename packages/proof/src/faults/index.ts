import type { EngineName } from "@slotwright/lab/engines";
import { clientFaults } from "./client-faults.ts";
import type { ServerFault } from "./fault.ts";
import { fullDisk, runFullDisk } from "./full-disk.ts";
import { hostFaults } from "./host-faults.ts";
import { networkFaults } from "./network-faults.ts";
import { poolFaults } from "./pool-faults.ts";
import { type FaultReport, runServerFault } from "./run.ts";
import { serverFaults } from "./server-faults.ts";
import { openServerScene, type ServerName, startHarmableServer } from "./server-scene.ts";
import { sqliteFaults } from "./sqlite-faults.ts";

export { type FaultReport, problemsOfFault } from "./run.ts";

/** A fault on an engine of which nothing else need be known. */
export interface RunnableFault {
  readonly key: string;
  readonly title: string;
  readonly run: (seed: number) => Promise<FaultReport>;
}

/** The faults of an engine, on servers that are started when they are needed and stopped by `close`. */
export interface Faults {
  readonly faults: readonly RunnableFault[];
  readonly close: () => Promise<void>;
}

const serverFaultCatalogue: readonly ServerFault[] = [
  ...networkFaults,
  ...serverFaults,
  ...poolFaults,
  ...clientFaults,
  ...hostFaults,
];

export function faultsOf(engineName: EngineName): Faults {
  return engineName === "sqlite" ? { faults: sqliteFaults, close: async () => {} } : faultsOfServer(engineName);
}

function faultsOfServer(engineName: ServerName): Faults {
  let started: ReturnType<typeof startHarmableServer> | undefined;
  const run = async (fault: ServerFault, seed: number) => {
    started ??= startHarmableServer(engineName);
    const scene = await openServerScene(engineName, await started);
    try {
      return await runServerFault(fault, scene, seed);
    } finally {
      await scene.close();
    }
  };
  const had = serverFaultCatalogue.filter(({ engines = [engineName] }) => engines.includes(engineName));
  const onSharedServer = had.map((fault) => ({ ...fault, run: (seed: number) => run(fault, seed) }));
  return {
    faults: [...onSharedServer, { ...fullDisk, run: (seed) => runFullDisk(engineName, seed) }],
    close: async () => {
      await (await started)?.stop();
    },
  };
}
