import type { JournalEntry } from "../../model/journal.ts";
import { copyOf } from "../../model/plain-json.ts";
import type { Lease } from "./lease.ts";
import type { RelayPlan } from "./options.ts";
import { errorText } from "./state.ts";

/**
 * Hands an entry to the host's function. Resolves with the error's text if the function throws, or takes too long. What
 * it answers later counts no more.
 */
export async function handOver(
  { handle, handlerTimeoutSeconds }: Pick<RelayPlan, "handle" | "handlerTimeoutSeconds">,
  { token, ended }: Pick<Lease, "token" | "ended">,
  entry: JournalEntry,
  attempt: number,
): Promise<string | undefined> {
  const ending = new AbortController();
  const onEnded = () => ending.abort(new Error("This process has lost the lease of the relay."));
  ended.addEventListener("abort", onEnded);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`The handler has not answered within ${handlerTimeoutSeconds} s.`);
      ending.abort(error);
      reject(error);
    }, handlerTimeoutSeconds * 1_000);
  });
  // A function that throws at once throws in here. It may do to its copy what it wants.
  const answer = async () => handle(copyOf(entry), { token, signal: ending.signal, attempt });
  try {
    await Promise.race([answer(), tooLate]);
    return undefined;
  } catch (error) {
    return errorText(error);
  } finally {
    clearTimeout(timer);
    ended.removeEventListener("abort", onEnded);
  }
}
