import type { Actor, LiveOfSubject, LiveSlots } from "@slotwright/core";

/** Searches of live slots for one subject, each kept for as long as it is among those that were used last. */
export interface SubjectSearches {
  /** @throws BookingError `invalid_input`, `storage_misused`, and those of a read of the database */
  readonly find: <Found>(
    slots: LiveSlots,
    whom: { readonly actor: Actor; readonly subjectId: string },
    search: (own: LiveOfSubject) => Promise<Found>,
  ) => Promise<Found>;
}

/** Each follows the appointments of one subject. */
const mostKept = 500;

export function createSubjectSearches(most = mostKept): SubjectSearches {
  /** The one that was used last comes last. */
  const kept = new Map<string, Promise<LiveOfSubject>>();

  function drop(name: string): void {
    const search = kept.get(name);
    kept.delete(name);
    void search?.then(
      (own) => own.close(),
      () => {},
    );
  }

  function searchFor(slots: LiveSlots, whom: { readonly actor: Actor; readonly subjectId: string }, name: string) {
    const search = kept.get(name) ?? slots.forSubject(whom);
    kept.delete(name);
    kept.set(name, search);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) drop(oldest);
    return search;
  }

  return {
    async find(slots, { actor, subjectId }, search) {
      const name = JSON.stringify([actor.kind, actor.id, subjectId]);
      try {
        return await search(await searchFor(slots, { actor, subjectId }, name));
      } catch (error) {
        // The next one begins anew.
        drop(name);
        throw error;
      }
    },
  };
}
