import { type Progress, partsOf, type Run, runThrough, type SyncCalls } from "./run.ts";

export interface SyncState {
  readonly phase: "checking" | "repairing" | "idle";
  /** Of the run under way. */
  readonly progress: Progress | null;
  /** The last check that came to its end. Nothing else may say that all is well. */
  readonly check: Run | null;
  /** What the last repair did, as far as it came. */
  readonly repair: Run | null;
  /** Why the last run did not come to its end. */
  readonly failure: { readonly of: "check" | "repair"; readonly error: unknown } | null;
}

export interface SyncCheck {
  readonly get: () => SyncState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly check: () => Promise<void>;
  /** Repairs what has one right answer, and checks again. @throws what kept the repair from its end. */
  readonly repair: () => Promise<Run>;
}

/** Checks and repairs, one run at a time. */
export function createSyncCheck(calls: SyncCalls, days: number): SyncCheck {
  const listeners = new Set<() => void>();
  let state: SyncState = { phase: "idle", progress: null, check: null, repair: null, failure: null };

  function set(changes: Partial<SyncState>): void {
    state = { ...state, ...changes };
    for (const listener of [...listeners]) listener();
  }

  function run(dryRun: boolean): Promise<Run> {
    const startedAt = new Date();
    const parts = partsOf(startedAt.getTime(), days);
    return runThrough(calls, { dryRun, parts, startedAt, onPart: (progress) => set({ progress }) });
  }

  async function check(): Promise<void> {
    set({ phase: "checking", progress: null, failure: null });
    try {
      set({ phase: "idle", check: await run(true) });
    } catch (error) {
      set({ phase: "idle", check: sinceRepair(state), failure: { of: "check", error } });
    }
  }

  async function repair(): Promise<Run> {
    set({ phase: "repairing", progress: null, repair: null, failure: null });
    try {
      const done = await run(false);
      set({ repair: done });
      await check();
      return done;
    } catch (error) {
      const repair = state.progress?.run ?? null;
      set({ phase: "idle", repair, check: sinceRepair({ ...state, repair }), failure: { of: "repair", error } });
      throw error;
    }
  }

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    check,
    repair,
  };
}

/** What was found before a repair may be gone, so it is not shown as if it were there. */
function sinceRepair({ check, repair }: Pick<SyncState, "check" | "repair">): Run | null {
  return check !== null && repair !== null && check.startedAt < repair.startedAt ? null : check;
}
