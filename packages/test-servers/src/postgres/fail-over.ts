import { until } from "../cluster/cluster.ts";
import type { OwnServer } from "../test-server.ts";
import { primaryInfo } from "./node.ts";
import { query } from "./query.ts";

export interface Standby {
  readonly name: string;
  readonly url: string;
}

/** Waits until the primary counts on so many standbys. */
export function waitForStandbys({ url }: OwnServer, count: number): Promise<void> {
  return until(`${count} standbys follow`, async () => {
    const [row] = await query(url, "select count(*)::int as n from pg_stat_replication where state = 'streaming'");
    return row?.n === count;
  });
}

/** In seconds. */
const longestPromotion = 30;

/**
 * Promotes the one that has received more, when none of them receives anything from the former primary any longer, and
 * lets the others follow it.
 *
 * @param way The URL at which one reaches another.
 */
export async function promoteFurthest<Member extends Standby>(
  standbys: readonly Member[],
  way: (from: Member, to: Member) => Promise<string>,
): Promise<Member> {
  const received = await Promise.all(standbys.map(async (member) => ({ member, bytes: await receivedBy(member.url) })));
  const [{ member: next }] = received.sort((a, b) => (a.bytes > b.bytes ? -1 : 1)) as [(typeof received)[number]];
  const [row] = await query(next.url, `select pg_promote(true, ${longestPromotion}) as is_promoted`);
  if (row?.is_promoted !== true) throw new Error(`${next.name} was not promoted.`);
  for (const other of standbys) {
    if (other !== next) await follow(other.url, primaryInfo(await way(other, next), other.name));
  }
  return next;
}

async function receivedBy(url: string): Promise<bigint> {
  await until("a standby receives nothing from the former primary", async () => {
    const rows = await query(url, "select from pg_stat_wal_receiver where status = 'streaming'");
    return rows.length === 0;
  });
  // After a restart, what it has received since may be less than what it had before.
  const [row] = await query(
    url,
    "select greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn as bytes",
  );
  return BigInt(String(row?.bytes));
}

async function follow(url: string, primary: string): Promise<void> {
  await query(url, `alter system set primary_conninfo = '${primary}'`);
  await query(url, "select pg_reload_conf()");
}
