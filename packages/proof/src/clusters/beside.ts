import { setTimeout as sleep } from "node:timers/promises";
import { createEngine, type StorageAdapter } from "@slotwright/core";
import type { DatabaseEngine, SqlConnection } from "@slotwright/lab/engines";
import { type EntryCounts, entriesIn } from "@slotwright/lab/feed-tally";
import { auditRelay, countHandedOver, type Handover } from "../faults/beside/handovers.ts";
import { startRelay } from "../faults/beside/relay.ts";
import { addTo, type Tally } from "../histories/tally.ts";
import { type Finding, finding } from "./findings.ts";
import { fromAnyNode, startFollower } from "./followers.ts";
import { holdSlots } from "./live.ts";

/** Those beside the callers: on each node one who follows the feed, slots in memory, and relays that take turns. */
export interface BesideNodes {
  /**
   * Lets them come to the end of the feed, ends them, and counts what they had. To be called when nothing more is
   * committed, and all nodes are back. If it could be told, it is told again without asking them.
   */
  readonly findings: (connection: SqlConnection, journal: EntryCounts) => Promise<readonly Finding[]>;
  readonly end: () => Promise<void>;
}

const relays = 2;

export async function startBeside(
  { openStorage }: DatabaseEngine,
  addresses: readonly string[],
  tally: Tally,
): Promise<BesideNodes> {
  // Connections of their own, so that they wait for no caller.
  const storages: readonly StorageAdapter[] = addresses.map(openStorage);
  const engines = storages.map((storage) => createEngine({ storage }));
  const changing = createEngine({ storage: fromAnyNode(storages) });
  const handovers: Handover[] = [];
  const followers = [
    ...engines.map((engine, place) => startFollower(engine, `A subscriber on node ${place + 1}`)),
    startFollower(changing, "A subscriber that reads from another node each time"),
  ];
  const relayed = storages.slice(0, relays).map((storage) => startRelay(storage, handovers));
  const held = await Promise.all(engines.map((engine, place) => holdSlots(engine, `Live slots of node ${place + 1}`)));
  let ended: Promise<void> | undefined;
  const stop = async () => {
    await Promise.all([...followers, ...relayed].map((one) => one.end()));
    for (const one of held) one.end();
    await Promise.all(storages.map((storage) => storage.close()));
  };
  const end = () => {
    ended ??= stop();
    return ended;
  };
  let told: readonly Finding[] | undefined;
  return {
    end,
    async findings(connection, journal) {
      if (told !== undefined) return told;
      const counts = () => [...followers.map(({ given }) => given()), countHandedOver(handovers)];
      await untilAll(counts, entriesIn(journal));
      const ofHeld = (await Promise.all(held.map((one) => one.findings()))).flat();
      const failures = relayed.map(({ failure }) => failure()).filter((error) => error !== undefined);
      const committed = await entriesOf(connection);
      await end();
      addTo(tally, { read: followers.reduce((sum, { given }) => sum + given(), 0), handedOver: counts().at(-1) ?? 0 });
      told = [
        ...followers.flatMap((one) => one.findings(journal)),
        ...ofHeld,
        ...auditRelay(handovers, committed).flatMap((text) => finding(relayKind(text), 1, `The relay: ${text}`)),
        ...finding("other", failures.length, `A relay has given up: ${String(failures[0])}`),
      ];
      return told;
    },
  };
}

function relayKind(text: string): Finding["kind"] {
  if (text.startsWith("lost")) return "lost";
  return text.startsWith("handed over again") ? "doubled" : "reordered";
}

async function entriesOf(connection: SqlConnection) {
  const rows = await connection.query("SELECT record_kind, record_id, version FROM slotwright_journal");
  return rows.map((row) => ({
    recordKind: row.record_kind as "slot" | "appointment",
    recordId: String(row.record_id),
    version: Number(row.version),
  }));
}

/** Longer than a lease that was left behind, and than any pause before another attempt. */
const mostQuietMs = 6_000;

/** Who stops has lost what is left, which the comparison shows. */
async function untilAll(counts: () => readonly number[], wanted: number): Promise<void> {
  let [before, since] = ["", performance.now()];
  while (!counts().every((count) => count >= wanted) && performance.now() - since < mostQuietMs) {
    const now = counts().join();
    if (now !== before) [before, since] = [now, performance.now()];
    await sleep(10);
  }
}
