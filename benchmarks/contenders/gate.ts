/** Where reads can be held back, so that only the reading is timed, and not the writing before it. */
export interface Gate {
  /** Resolves at once, or when it is opened again. */
  readonly pass: () => Promise<void>;
  readonly close: () => void;
  readonly open: () => void;
  /** Resolves when somebody waits at the closed gate. */
  readonly reached: () => Promise<void>;
}

export function createGate(): Gate {
  let closed: PromiseWithResolvers<void> | undefined;
  let reached = Promise.withResolvers<void>();
  return {
    async pass() {
      if (closed === undefined) return;
      reached.resolve();
      await closed.promise;
    },
    close() {
      closed = Promise.withResolvers();
      reached = Promise.withResolvers();
    },
    open() {
      closed?.resolve();
      closed = undefined;
    },
    reached: () => reached.promise,
  };
}
