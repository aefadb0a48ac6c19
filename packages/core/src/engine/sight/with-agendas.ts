import type { Agenda } from "../../model/agenda.ts";
import type { Decided } from "../../rules/decision.ts";

/**
 * The decision, which also writes the agendas that it rests on, or that others may have looked at before this command
 * adds something. Two of them meet there, whatever the isolation level.
 */
export function withAgendas<Result>(decision: Decided<Result>, agendas: readonly Agenda[]): Decided<Result> {
  if (agendas.length === 0) return decision;
  return {
    ...decision,
    expect: [
      ...decision.expect,
      ...agendas.map(({ id, version }) => ({ key: { kind: "agenda", id } as const, version })),
    ],
    put: [...decision.put, ...agendas.map((agenda) => ({ ...agenda, version: agenda.version + 1 }))],
  };
}
