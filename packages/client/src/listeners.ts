/** Those who want to be told. They are told from a copy, so one may leave, or another come, meanwhile. */
export function createListeners<Told = void>() {
  const listeners = new Set<(told: Told) => void>();
  return {
    tell(told: Told): void {
      for (const listener of [...listeners]) listener(told);
    },
    /** Returns how to leave, which says whether it had not been done before. */
    subscribe(listener: (told: Told) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear: () => listeners.clear(),
  };
}
