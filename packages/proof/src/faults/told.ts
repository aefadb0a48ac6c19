import type { History, HistoryCall } from "@slotwright/conformance";
import { shownIn, type ToldOutcome } from "@slotwright/lab/audit";

/** What callers were told of each key in the end: the answer, if one of its calls had one. */
export function toldIn({ calls }: History): readonly ToldOutcome[] {
  const byKey = Map.groupBy(
    calls.filter(({ input }) => typeof input.idempotencyKey === "string"),
    ({ input }) => String(input.idempotencyKey),
  );
  return [...byKey].flatMap(([key, ofKey]) => {
    const decisive = ofKey.find(({ outcome }) => outcome.status === "done") ?? ofKey.at(-1);
    return decisive === undefined ? [] : [toldOf(key, decisive)];
  });
}

function toldOf(key: string, { name, input, outcome }: HistoryCall): ToldOutcome {
  const { subjectId, actor } = input as { readonly subjectId?: string; readonly actor: { readonly id: string } };
  const about = { key, command: name, actorId: subjectId ?? actor.id };
  if (outcome.status === "done") return { ...about, outcome: "done", shown: shownIn(outcome.result as object) };
  return { ...about, outcome: outcome.status === "unknown" ? "never" : outcome.code, shown: [] };
}
