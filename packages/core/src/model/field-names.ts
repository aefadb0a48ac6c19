/** The fields of a record, without its kind. */
export function namesOf<R extends { readonly kind: string }>(record: R): readonly Exclude<keyof R, "kind">[] {
  return Object.keys(record).filter((name) => name !== "kind") as Exclude<keyof R, "kind">[];
}

/**
 * The fields of a record, in the order in which stored results hold their values. Stored rows rely on this order, so a
 * new field goes to the end. The compiler finds a missing field.
 */
export function fieldNamesOf<R extends { readonly kind: string }>(
  names: Readonly<Record<Exclude<keyof R, "kind">, true>>,
): readonly Exclude<keyof R, "kind">[] {
  return Object.keys(names) as Exclude<keyof R, "kind">[];
}
