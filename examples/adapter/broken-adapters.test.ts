import { type ConformanceStore, conformanceCases, runConformanceCase } from "@slotwright/conformance";
import { testServer } from "@slotwright/test-servers/vitest";
import { afterAll, describe, expect, it } from "vitest";
import { jsonAdapter } from "./adapter.ts";
import { checkThenWrite } from "./broken/check-then-write.ts";
import { deferredBegin, immediateBegin } from "./broken/deferred-begin.ts";
import { forgivingJournal } from "./broken/forgiving-journal.ts";
import { ignoredCommitTag } from "./broken/ignored-commit-tag.ts";
import { rememberedAfter, rememberedBefore } from "./broken/replay-outside.ts";
import { skippedEvent } from "./broken/skipped-event.ts";
import { sqliteStores } from "./broken/sqlite-stores.ts";
import { statefulRetry } from "./broken/stateful-retry.ts";
import { unguardedPath } from "./broken/unguarded-path.ts";
import { cursorOnSeq, lateLock, lateReset, sharedPartition } from "./broken/unordered-feed.ts";
import { type MakeAdapter, storesOn } from "./harness.ts";

interface Control {
  readonly name: string;
  readonly make: MakeAdapter;
  readonly caughtBy: readonly string[];
}

const broken: readonly Control[] = [
  {
    name: "reads the versions, and then writes without a guard",
    make: checkThenWrite,
    caughtBy: ["races.same-version"],
  },
  {
    name: "forgot the guard on one path, the one that writes appointments",
    make: unguardedPath,
    caughtBy: ["races.same-version"],
  },
  {
    name: "swallows an error and ignores the server's answer to COMMIT",
    make: ignoredCommitTag,
    caughtBy: ["races.reused-key"],
  },
  {
    name: "keeps the outcome of a first attempt that was rolled back",
    make: statefulRetry,
    caughtBy: ["races.disjoint"],
  },
  {
    name: "remembers the command before the transaction",
    make: rememberedBefore,
    caughtBy: ["contract.commit-stale", "contract.commit-batch-of-50"],
  },
  {
    name: "remembers the command after the transaction",
    make: rememberedAfter,
    caughtBy: ["races.reused-key"],
  },
  {
    name: "does not write the event for one kind of change",
    make: skippedEvent,
    caughtBy: ["booking.cancel-frees", "booking.history"],
  },
  {
    name: "writes into one partition of the feed at the same time as others",
    make: sharedPartition,
    caughtBy: ["contract.feed-within", "races.feed"],
  },
  {
    name: "takes a partition of the feed after the journal rows",
    make: lateLock,
    caughtBy: ["races.feed"],
  },
  {
    name: "has a cursor on the numbers of the entries alone",
    make: cursorOnSeq,
    caughtBy: ["contract.feed-within", "races.feed"],
  },
  {
    name: "gives a position of another database entries until its pages reach the mark that does not fit",
    make: lateReset,
    caughtBy: ["contract.feed-reset-at-once"],
  },
];

const caughtOnSqlite = ["races.same-version", "races.disjoint"];

/** Which of the cases fail, each run once on a fresh store. */
async function failing(open: () => Promise<ConformanceStore>, keys: readonly string[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const one of conformanceCases.filter(({ key }) => keys.includes(key))) {
    await runConformanceCase(one, { name: "a control", open }).catch(() => failed.push(one.key));
  }
  return failed;
}

const sorted = (keys: readonly string[]) => [...new Set(keys)].sort();

// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const server = await testServer("postgres");

describe.skipIf(server === undefined)("on PostgreSQL, a broken adapter fails the suite", async () => {
  const database = await server?.createDatabase();
  const keys = broken.flatMap(({ caughtBy }) => caughtBy);
  const stores = (make: MakeAdapter) => storesOn(database?.url ?? "", make);
  afterAll(() => database?.drop());

  it.each(broken)("one that $name", async ({ make, caughtBy }) => {
    const { open, close } = stores(make);
    const caught = await failing(open, caughtBy).finally(close);
    expect(sorted(caught)).toEqual(sorted(caughtBy));
  });

  it.each<Pick<Control, "name" | "make">>([
    { name: "the sound adapter", make: jsonAdapter },
    {
      name: "one without the journal's key",
      make: (one) => jsonAdapter({ ...one, steps: { journal: forgivingJournal } }),
    },
  ])("while $name passes the same cases", async ({ make }) => {
    const { open, close } = stores(make);
    expect(await failing(open, keys)).toEqual([]);
    await close();
  });
});

describe("on SQLite, a broken adapter fails the suite", () => {
  it("one that begins its transactions deferred, and does not recognise the resulting errors", async () => {
    expect(sorted(await failing(sqliteStores(deferredBegin), caughtOnSqlite))).toEqual(sorted(caughtOnSqlite));
  });

  it("while one that begins them immediately passes the same cases", async () => {
    expect(await failing(sqliteStores(immediateBegin), caughtOnSqlite)).toEqual([]);
  });
});
