import { commandIdIn, type History, type HistoryCall } from "@slotwright/conformance";
import { shownIn, type ToldOutcome } from "@slotwright/lab/audit";

/** What callers were told of each command in the end: the answer, if one of its calls had one. And what was committed. */
export function toldIn(history: History): readonly ToldOutcome[] {
  const byCommand = Map.groupBy(
    history.calls.filter(({ input }) => typeof input.idempotencyKey === "string"),
    (call) => commandIdIn(call, history),
  );
  const commands = [...byCommand].flatMap(([commandId, calls]) => {
    const decisive = calls.find(({ outcome }) => outcome.status === "done") ?? calls.at(-1);
    return decisive === undefined ? [] : [toldOf(commandId, decisive)];
  });
  return [...commands, ...history.calls.flatMap(committedBy)];
}

/** What a call of several commits has committed. Its answer has the sum of them, which the history is checked for. */
function committedBy({ name, input, commits = [] }: HistoryCall): readonly ToldOutcome[] {
  if (commits.length === 0) return [];
  const { id: actorId } = input.actor as { readonly id: string };
  return commits.map(({ id, wrote }) => ({ commandId: id, command: name, actorId, outcome: "done", shown: wrote }));
}

function toldOf(commandId: string, { name, input, outcome }: HistoryCall): ToldOutcome {
  const { subjectId, actor } = input as { readonly subjectId?: string; readonly actor: { readonly id: string } };
  const about = { commandId, command: name, actorId: subjectId ?? actor.id };
  if (outcome.status === "done") return { ...about, outcome: "done", shown: shownIn(outcome.result as object) };
  return { ...about, outcome: outcome.status === "unknown" ? "never" : outcome.code, shown: [] };
}
