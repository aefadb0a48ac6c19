/** Why a run ended before all its rounds were played. */
export interface Interruption {
  /** Somebody ended it, or a round could not be played, of which nothing is counted. */
  readonly by: "somebody" | "failure";
  /** What the round failed with, without what is only true of one machine. */
  readonly message?: string;
}

interface Ended {
  readonly isInterrupted: boolean;
  readonly interruption?: Interruption;
}

/** To be called when no more rounds are played. */
export function interruptionOf({ aborted }: AbortSignal, failure?: unknown): Ended {
  const message = failure === undefined ? {} : { message: messageOf(failure) };
  if (aborted) return { isInterrupted: true, interruption: { by: "somebody", ...message } };
  return failure === undefined
    ? { isInterrupted: false }
    : { isInterrupted: true, interruption: { by: "failure", ...message } };
}

const mostLength = 300;

/** One line. Reports are committed and shown, so it names no file, and nobody who logs in anywhere. */
export function messageOf(failure: unknown): string {
  const { message, code, name } = failure as Partial<NodeJS.ErrnoException>;
  // Several attempts to connect that failed have no message of their own.
  const text = message || code || name || String(failure);
  return text
    .replaceAll(/file:\/\/[^\s'"]+/g, "…")
    .replaceAll(/\b([a-z][a-z+]*:\/\/)\S*@/gi, "$1")
    .replaceAll(/(?<![\w/])\/[\w.@+~-]+(?:\/[\w.@+~-]+)*\/?/g, "…")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, mostLength);
}
