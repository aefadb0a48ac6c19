import type { Agenda } from "../../model/agenda.ts";
import type { VersionedRecord } from "../../model/record.ts";

/** Agendas as they are after others, and what those leave besides. */
export interface AfterOthers {
  readonly agendas: readonly Agenda[];
  readonly left: readonly VersionedRecord[];
}

/** What commands of this engine have left, each from one version of an agenda to the next. */
export interface AgendaSteps {
  /** Notes a step of each agenda among the records that one command puts, and when it was known. */
  readonly note: (put: readonly VersionedRecord[], at?: number) => void;
  /**
   * From these agendas as far as steps are known that were made since their reading began. Who read later has seen what is
   * there, and an older version then means that the database went back, as after a restore.
   */
  readonly from: (agendas: readonly Agenda[], readFrom?: number) => AfterOthers;
  readonly forget: () => void;
}

/** A read takes less time, so that no caller starts from before these. Each keeps some records. */
const mostSteps = 2_000;

/**
 * A version of an agenda tells which commands it has seen. So who has read an agenda before such a step, and knows the
 * step, knows what it would read now, as far as that rests on agendas.
 */
export function createAgendaSteps(): AgendaSteps {
  const steps = new Map<string, { readonly left: readonly VersionedRecord[]; readonly at: number }>();
  const nameOf = (id: string, version: number) => `${version} ${id}`;

  return {
    note(put, at = Number.POSITIVE_INFINITY) {
      if (!put.some(({ kind }) => kind === "agenda")) return;
      const left = put.filter(({ kind }) => kind !== "agenda");
      for (const { kind, id, version } of put) if (kind === "agenda") steps.set(nameOf(id, version - 1), { left, at });
      // A map keeps the order in which its entries were added.
      for (const oldest of steps.keys()) {
        if (steps.size <= mostSteps) break;
        steps.delete(oldest);
      }
    },
    from(agendas, readFrom = 0) {
      const left: VersionedRecord[] = [];
      const now = agendas.map((agenda) => {
        let { version } = agenda;
        for (;;) {
          const step = steps.get(nameOf(agenda.id, version));
          if (step === undefined || step.at < readFrom) return { ...agenda, version };
          left.push(...step.left);
          version += 1;
        }
      });
      return { agendas: now, left };
    },
    forget: () => steps.clear(),
  };
}
