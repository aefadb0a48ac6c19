import { publishAlone } from "@slotwright/adapter-sql/conformance";
import { slotAt } from "@slotwright/conformance";
import { createEngine, type StorageAdapter } from "@slotwright/core";
import { expect, it } from "vitest";
import { mysqlAdapter } from "../../src/index.ts";
import type { NodesStage } from "../nodes/stage.ts";

const slot = slotAt(500 * 30);
const key = { kind: "slot", id: slot.id } as const;

/** A node that is far behind is ready and takes writes, but its reads wait in vain. */
export function nodeBehindOnGalera(stage: NodesStage): void {
  const waitOnNode1 = (duration: string) =>
    stage.on(1, (connection) =>
      connection.query(`set global wsrep_provider_options = 'repl.causal_read_timeout=${duration}'`),
    );
  /** Begins with node 1. */
  const openOnAll = () => {
    const hosts = [1, 0, 2].map((node) => new URL(stage.urlOf(node)).host);
    const uri = stage.urlOf(0).replace(new URL(stage.urlOf(0)).host, hosts.join(","));
    return mysqlAdapter({ uri }) as unknown as StorageAdapter;
  };

  it("a URI of all nodes leaves one whose reads wait in vain, also when a transaction begins there", async () => {
    const [reads, begins, alone] = [openOnAll(), openOnAll(), stage.open(1)];
    await Promise.all([reads, alone].map((storage) => storage.load([key])));
    const engine = createEngine({ storage: begins });
    // Its first transaction stores its settings, which it could not do on a node that commits nothing.
    await engine.transaction(async () => {});
    await waitOnNode1("PT1S");
    try {
      await stage.whileBehind(1, async () => {
        await publishAlone(stage.storageOf(0), 500);
        const behind = { failure: "transient", message: expect.stringMatching(/could not catch up with its cluster/) };
        await expect(reads.load([key])).rejects.toMatchObject(behind);
        expect(await reads.load([key])).toMatchObject([{ id: slot.id }]);
        await expect(alone.begin()).rejects.toMatchObject(behind);
        expect(await engine.transaction((inside) => inside.engine.getSlot(slot.id))).toMatchObject({ id: slot.id });
      });
    } finally {
      await waitOnNode1("PT30S");
    }
    await Promise.all([reads, begins].map((storage) => storage.close()));
  });
}
