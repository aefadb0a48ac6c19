import { loadEngine } from "@slotwright/lab/engines";
import { entryCounts } from "@slotwright/lab/feed-tally";
import { expect, it } from "vitest";
import { startBeside } from "../src/clusters/beside.ts";
import { withConnection } from "../src/clusters/plain-rows.ts";
import { emptyTally } from "../src/histories/tally.ts";

it("tells again what those beside the callers had, if a node fails after it was told, and counts it once", async () => {
  const engine = await loadEngine("sqlite");
  const { address, end } = await engine.createDatabase(new AbortController().signal);
  const storage = engine.openStorage(address);
  await storage.migrate();
  await storage.close();
  const tally = emptyTally();
  const beside = await startBeside(engine, [address], tally);
  const asked = () =>
    withConnection(engine.connect, address, async (connection) =>
      beside.findings(connection, await entryCounts(connection)),
    );
  expect(await asked()).toEqual([]);
  const counted = { ...tally };
  expect(await asked()).toEqual([]);
  expect(tally).toEqual(counted);
  await beside.end();
  await end({ keep: false });
});
