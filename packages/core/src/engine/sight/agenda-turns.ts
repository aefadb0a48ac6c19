import { StorageError } from "../../storage/storage-error.ts";
import { createWaitingLine, type WaitingLine } from "../waiting-line.ts";

/** Commands of one engine that have lost an agenda to others, one at a time. */
export interface AgendaTurns {
  /** Resolves once all of these agendas are this caller's, with what gives them back. */
  readonly take: (agendaIds: readonly string[], until: number) => Promise<() => void>;
}

interface Turn {
  readonly line: WaitingLine;
  /** Callers who have it or wait for it. */
  members: number;
}

/**
 * Of many callers who want the same agenda at once, and whose commits do not go together, each round of reads and commits
 * serves one, and the others have read in vain. So a caller who has lost once waits for a turn, and reads then.
 */
export function createAgendaTurns(): AgendaTurns {
  const turns = new Map<string, Turn>();

  async function takeOne(id: string, until: number): Promise<() => void> {
    const turn = turns.get(id) ?? { line: createWaitingLine(tooLate), members: 0 };
    turns.set(id, turn);
    turn.members += 1;
    const leave = () => {
      turn.members -= 1;
      if (turn.members === 0) turns.delete(id);
    };
    if (turn.members > 1) {
      await turn.line.wait(until).catch((error: unknown) => {
        leave();
        throw error;
      });
    }
    return () => {
      leave();
      turn.line.wake(1);
    };
  }

  return {
    async take(agendaIds, until) {
      const taken: (() => void)[] = [];
      const giveBack = () => {
        for (const release of taken) release();
      };
      try {
        // All callers in one order, or two would wait for each other.
        for (const id of [...agendaIds].sort()) taken.push(await takeOne(id, until));
      } catch (error) {
        giveBack();
        throw error;
      }
      return giveBack;
    },
  };
}

function tooLate(): StorageError {
  return new StorageError("transient", "Others of this process wanted the same provider or subject all the time.");
}
