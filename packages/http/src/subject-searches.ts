import type { Actor, LiveOfSubject, LiveOpenInput, LiveSlots, LiveSubjectPage } from "@slotwright/core";

/** Searches of live slots for one subject, each kept for as long as it is among those that were used last. */
export interface SubjectSearches {
  /** @throws BookingError `invalid_input`, `storage_misused`, and those of a read of the database */
  readonly find: (
    slots: LiveSlots,
    whom: { readonly actor: Actor; readonly subjectId: string },
    input: LiveOpenInput,
  ) => Promise<LiveSubjectPage>;
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
    async find(slots, { actor, subjectId }, input) {
      const name = JSON.stringify([actor.kind, actor.id, subjectId]);
      try {
        const search = await searchFor(slots, { actor, subjectId }, name);
        return await search.findOpen(input);
      } catch (error) {
        // The next one begins anew.
        drop(name);
        throw error;
      }
    },
  };
}
