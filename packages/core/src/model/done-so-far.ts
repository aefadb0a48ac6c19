/**
 * What a `publishSlots`, an `importBusy` or a `reconcile` has stored before it ended early. It stays, whatever happens to the
 * rest. The same call, made again, finds it and goes on.
 */
export interface DoneSoFar {
  /** The call that ended early. */
  readonly call: "publishSlots" | "importBusy" | "reconcile";
  /** What it has changed, by the names that its result has for it, such as `{ created: 226, withdrawn: 0 }`. */
  readonly changed: Readonly<Partial<Record<"created" | "withdrawn" | "blocked" | "freed" | "repaired", number>>>;
}
