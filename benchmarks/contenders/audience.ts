import { setTimeout as pause } from "node:timers/promises";
import { createGate, type Gate } from "./gate.ts";
import type { Row } from "./plain-application.ts";

/** What a reader is given at once. */
export interface NewEntries {
  readonly count: number;
  /** The slots that were booked by these. */
  readonly bookedSlots: () => readonly string[];
}

export interface Joining {
  /** How often to look for what others have written. */
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

/** How readers of one process learn what has happened. */
export interface Audience {
  /** What every read of the database for them has to pass. */
  readonly gate: Gate;
  /** A reader, who is given what happens from now on. */
  readonly join: (joining: Joining) => Promise<AsyncIterator<NewEntries>>;
}

/** What an application can ask its audit table. */
export interface AuditTable {
  /** The last row's id. Null if there is no row. */
  readonly lastId: () => Promise<unknown>;
  readonly after: (id: unknown) => Promise<readonly Row[]>;
}

/**
 * Each reader polls the audit table for rows with a higher id than the last one it has seen. Rows that get their id first
 * and are committed later are lost.
 */
export function pollingAudience({ lastId, after }: AuditTable): Audience {
  const gate = createGate();

  async function* poll(last: unknown, { pollMs, signal }: Joining): AsyncGenerator<NewEntries, undefined> {
    while (!signal.aborted) {
      await gate.pass();
      const rows = await after(last);
      last = rows.at(-1)?.id ?? last;
      if (rows.length > 0) yield entriesOf(rows);
      else await pause(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  return { gate, join: async (joining) => poll((await lastId()) ?? 0, joining) };
}

function entriesOf(rows: readonly Row[]): NewEntries {
  return {
    count: rows.length,
    bookedSlots: () => rows.filter(({ action }) => action === "book").map(({ slot_id }) => String(slot_id)),
  };
}
