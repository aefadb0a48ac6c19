/** Mutants that no caller of the contract could distinguish from the sound adapter, each with its reason. */
const reasons: readonly { readonly keys: RegExp; readonly reason: string }[] = [
  {
    keys: /^(slots|appointments)\.status (?!keeps)|^journal\.record_kind /,
    reason: "The column holds one of a few short words in lower case, which the flaw leaves as they are.",
  },
  {
    keys: /^appointments\.(slot_ids|provider_ids) (loses what is empty|rounds numbers)/,
    reason: "A list of ids has neither numbers nor anything empty.",
  },
  {
    keys: /^journal\.place (loses what is empty|rounds numbers)/,
    reason: "A list of ids has neither numbers nor anything empty.",
  },
  {
    keys: /^availabilities\.hours rounds numbers/,
    reason: "Hours are whole minutes.",
  },
  {
    keys: /^commit does not compare the hours that an opening is booked by/,
    reason: "Who changes hours writes the schedule as well, and the booking of an opening compares that.",
  },
  {
    keys: /^commands\.created_at /,
    reason: "It is there for operators who delete old commands; no call of the contract returns it.",
  },
];

/** Why the mutant cannot be distinguished from the sound adapter; undefined if it can. */
export function reasonOfEquivalence(key: string): string | undefined {
  return reasons.find(({ keys }) => keys.test(key))?.reason;
}
