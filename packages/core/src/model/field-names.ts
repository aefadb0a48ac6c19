/** The fields of a record, all but its kind. */
export function namesOf<R extends { readonly kind: string }>(record: R): readonly Exclude<keyof R, "kind">[] {
  return Object.keys(record).filter((name) => name !== "kind") as Exclude<keyof R, "kind">[];
}

/**
 * The fields of a record, in the order in which stored results have their values. That order stays, since rows that were
 * written before rest on it: a further field goes to the end. The compiler finds one that is missing.
 */
export function fieldNamesOf<R extends { readonly kind: string }>(
  names: Readonly<Record<Exclude<keyof R, "kind">, true>>,
): readonly Exclude<keyof R, "kind">[] {
  return Object.keys(names) as Exclude<keyof R, "kind">[];
}
