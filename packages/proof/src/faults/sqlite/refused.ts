import { setTimeout as sleep } from "node:timers/promises";
import type { History } from "@slotwright/conformance";
import { emptyTally } from "../../histories/tally.ts";
import { type FaultReport, merged } from "../fault.ts";
import { untilSo } from "../run.ts";
import { createSmallDisk, NoSmallDiskError, type SmallDisk } from "../small-disk.ts";
import type { Amount } from "./fault.ts";
import { createFile, inFreshFolder, openAsHost, reopenedStorage } from "./file.ts";
import type { Flaw } from "./flaws.ts";
import { type CallersOnFile, type CallersSeen, type FileFault, failsOnly, runFileFault, saysOnly } from "./run.ts";

const lastingMs = 300;
const budgetMs = 4_000;

const rounds: Readonly<Record<Amount, number>> = { short: 1, long: 20 };

type Attack = Pick<FileFault, "name" | "storages" | "harm" | "expects">;

async function runAttacks(
  attacks: readonly ((file: string, flaw: Flaw | undefined) => Attack)[],
  seed: number,
  amount: Amount,
  flaw: Flaw | undefined,
): Promise<FaultReport> {
  const reports: FaultReport[] = [];
  for (let round = 0; round < rounds[amount]; round++) {
    for (const attack of attacks) {
      const report = await inFreshFolder(async (folder) => {
        const file = await createFile(folder);
        return runFileFault({ ...attack(file, flaw), file, budgetMs }, seed + round);
      });
      reports.push({ ...report, notes: [] });
    }
  }
  return merged(reports);
}

/** The file cannot grow: this gives the same code as a full disk. */
function cannotGrow(file: string, flaw: Flaw | undefined): Attack {
  const hosts = [openAsHost(file, flaw), openAsHost(file, flaw)];
  const limit = (pages: number) => {
    // SQLite uses the file's current size as the minimum.
    for (const { database } of hosts) database.pragma(`max_page_count = ${pages}`);
  };
  return {
    name: "cannot-grow",
    storages: hosts.map(({ storage }) => storage),
    harm: async ({ seen, begin }) => {
      const working = begin();
      await untilSo(() => seen.commits >= 3, working);
      limit(1);
      await untilSo(() => seen.said.length > 0, working);
      await sleep(lastingMs);
      limit(4_294_967_294);
      return [];
    },
    expects: (history, seen) => [
      ...saysOnly(seen, "unavailable", /^SQLITE_FULL$/),
      ...failsOnly(history, "storage_unavailable"),
    ],
  };
}

const expectReadOnly = (history: History, seen: CallersSeen) => [
  ...saysOnly(seen, "read_only", /^SQLITE_READONLY/),
  ...failsOnly(history, "storage_read_only"),
];

/** The host forbids writing on its connections for a while. */
function turnsReadOnly(file: string, flaw: Flaw | undefined): Attack {
  const hosts = [openAsHost(file, flaw), openAsHost(file, flaw)];
  const set = (isOn: boolean) => {
    for (const { database } of hosts) database.pragma(`query_only = ${isOn ? 1 : 0}`);
  };
  return {
    name: "query-only",
    storages: hosts.map(({ storage }) => storage),
    harm: async ({ seen, begin }) => {
      const working = begin();
      await untilSo(() => seen.commits >= 3, working);
      set(true);
      await sleep(lastingMs);
      set(false);
      return [];
    },
    expects: expectReadOnly,
  };
}

/** The file is opened read-only, until the host opens it again. */
function openedReadOnly(file: string, flaw: Flaw | undefined): Attack {
  let readonly = true;
  const reopened = [1, 2].map(() => reopenedStorage(file, () => openAsHost(file, flaw, { readonly }).storage));
  return {
    name: "opened-read-only",
    storages: reopened.map(({ storage }) => storage),
    harm: async ({ begin }) => {
      void begin();
      await sleep(lastingMs);
      readonly = false;
      await Promise.all(reopened.map(({ close }) => close()));
      return [];
    },
    expects: expectReadOnly,
  };
}

/** Room for the tables and some hundred bookings. */
const diskBytes = 16 << 20;

/** The file is on a disk that another program fills, and empties again. */
async function onFullDisk(harm: OnDisk, seed: number, flaw: Flaw | undefined): Promise<FaultReport> {
  const disk = await createSmallDisk(diskBytes);
  try {
    const file = await createFile(disk.folder);
    // Opened on the first call, like the adapter's own.
    const storages = [1, 2].map(() => reopenedStorage(file, () => openAsHost(file, flaw).storage).storage);
    const { name, strike, codes } = harm;
    const expects: FileFault["expects"] = (history, seen) => [
      ...saysOnly(seen, "unavailable", codes),
      ...failsOnly(history, "storage_unavailable"),
    ];
    return await runFileFault({ name, file, storages, budgetMs, expects, harm: (work) => strike(disk, work) }, seed);
  } finally {
    await disk.remove();
  }
}

interface OnDisk {
  readonly name: string;
  /** What SQLite may report. */
  readonly codes: RegExp;
  readonly strike: (disk: SmallDisk, callers: CallersOnFile) => Promise<readonly never[]>;
}

/** Bytes that hold a few commits, but by far not those of all callers. */
const roomForSome = 256 * 1024;

const fullDisks: readonly OnDisk[] = [
  {
    name: "disk-full-midway",
    codes: /^SQLITE_FULL$/,
    strike: async (disk, { seen, begin }) => {
      await disk.fill(roomForSome);
      await untilSo(() => seen.said.length > 0, begin());
      await sleep(lastingMs);
      await disk.makeRoom();
      return [];
    },
  },
  {
    name: "disk-full-at-first",
    // SQLite cannot even create the file that its connections share beside its log.
    codes: /^SQLITE_(FULL|IOERR_SHMSIZE|CANTOPEN)$/,
    strike: async (disk, { begin, leaveAlone }) => {
      await leaveAlone();
      await disk.fill();
      void begin();
      await sleep(lastingMs);
      await disk.makeRoom();
      return [];
    },
  },
];

export async function fillDisk(seed: number, amount: Amount = "short", flaw?: Flaw): Promise<FaultReport> {
  const reports = [await runAttacks([cannotGrow], seed, amount, flaw)];
  for (let round = 0; round < rounds[amount]; round++) {
    try {
      for (const one of fullDisks) reports.push({ ...(await onFullDisk(one, seed + round, flaw)), notes: [] });
    } catch (error) {
      if (!(error instanceof NoSmallDiskError)) throw error;
      reports.push({
        problems: [],
        tally: emptyTally(),
        notes: [`A full disk was not tried, only a file that cannot grow: ${error.message}`],
      });
    }
  }
  return merged(reports);
}

export function makeReadOnly(seed: number, amount: Amount = "short", flaw?: Flaw): Promise<FaultReport> {
  return runAttacks([turnsReadOnly, openedReadOnly], seed, amount, flaw);
}
