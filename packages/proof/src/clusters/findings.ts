/** What is looked for after a round. */
export const findingKinds = {
  lost: "acknowledged, and gone",
  takenBack: "shown by the feed, and gone",
  doubled: "booked or told twice",
  reordered: "told out of order",
  unexplained: "histories that no order explains",
  differing: "tables that differ between nodes",
  other: "anything else",
} as const;

export type FindingKind = keyof typeof findingKinds;

export interface Finding {
  readonly kind: FindingKind;
  /** How many of it. */
  readonly count: number;
  readonly text: string;
}

/** Runs of before one was counted lack it. */
export type FindingCounts = Readonly<Partial<Record<FindingKind, number>>>;

export function countFindings(findings: readonly Finding[]): Readonly<Record<FindingKind, number>> {
  const counts = Object.fromEntries(Object.keys(findingKinds).map((kind) => [kind, 0])) as Record<FindingKind, number>;
  for (const { kind, count } of findings) counts[kind] += count;
  return counts;
}

export function finding(kind: FindingKind, count: number, text: string): readonly Finding[] {
  return count === 0 ? [] : [{ kind, count, text }];
}
