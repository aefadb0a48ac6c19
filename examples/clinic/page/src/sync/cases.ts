import type { ShownAppointment, ShownSlot } from "@slotwright/client";
import type { Finding } from "@slotwright/core";
import type { Run } from "./run.ts";

/** Findings about the same slots and appointments: what a person takes for one thing that is wrong. */
export interface Case {
  readonly key: string;
  readonly findings: readonly Finding[];
  readonly slots: readonly ShownSlot[];
  readonly appointments: readonly ShownAppointment[];
}

/** The cases of a run, in the order of their first findings. */
export function casesOf({ findings, known }: Pick<Run, "findings" | "known">): readonly Case[] {
  return grouped(findings).map((group) => {
    const records = group.flatMap((finding) => finding.records);
    const idsOf = (kind: string) => [...new Set(records.filter((one) => one.kind === kind).map(({ id }) => id))];
    return {
      key: keysOf(group[0] as Finding).join(),
      findings: group,
      slots: idsOf("slot").flatMap((id) => known.slots.get(id) ?? []),
      appointments: idsOf("appointment").flatMap((id) => known.appointments.get(id) ?? []),
    };
  });
}

/** Findings that share a record stand together, and so do those that each share one with a third. */
function grouped(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  let groups: Finding[][] = [];
  for (const finding of findings) {
    const keys = keysOf(finding);
    const isNear = (group: readonly Finding[]) => group.some((one) => keysOf(one).some((key) => keys.includes(key)));
    const [first, ...others] = groups.filter(isNear);
    if (first === undefined) groups.push([finding]);
    else {
      first.push(...others.flat(), finding);
      groups = groups.filter((group) => !others.includes(group));
    }
  }
  return groups;
}

const keysOf = ({ records }: Finding): string[] => records.map(({ kind, id }) => `${kind}:${id}`);
