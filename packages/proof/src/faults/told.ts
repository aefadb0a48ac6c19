import { commandIdIn, type History, type HistoryCall } from "@slotwright/conformance";
import { shownIn, type ToldOutcome } from "@slotwright/lab/audit";

/** What callers were told of each command in the end: the answer, if one of its calls had one. */
export function toldIn(history: History): readonly ToldOutcome[] {
  const byCommand = Map.groupBy(
    history.calls.filter(({ input }) => typeof input.idempotencyKey === "string"),
    (call) => commandIdIn(call, history),
  );
  return [...byCommand].flatMap(([commandId, calls]) => {
    const decisive = calls.find(({ outcome }) => outcome.status === "done") ?? calls.at(-1);
    return decisive === undefined ? [] : [toldOf(commandId, decisive)];
  });
}

function toldOf(commandId: string, { name, input, outcome }: HistoryCall): ToldOutcome {
  const { subjectId, actor } = input as { readonly subjectId?: string; readonly actor: { readonly id: string } };
  const about = { commandId, command: name, actorId: subjectId ?? actor.id };
  if (outcome.status === "done") return { ...about, outcome: "done", shown: shownIn(outcome.result as object) };
  return { ...about, outcome: outcome.status === "unknown" ? "never" : outcome.code, shown: [] };
}
