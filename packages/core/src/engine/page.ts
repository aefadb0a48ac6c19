/** A bounded part of a list. */
export interface Page<Item> {
  /** The items, in the order of the list. */
  readonly items: readonly Item[];
  /** The `cursor` of the next page; null on the last page. */
  readonly nextCursor: string | null;
}
