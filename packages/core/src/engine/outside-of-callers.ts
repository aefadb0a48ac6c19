import * as asyncHooks from "node:async_hooks";

/**
 * Runs work in no caller's context: what serves many callers must not show one the tenant or the trace of another. It is
 * the context in which this module was loaded. Not every runtime has this.
 */
export const outsideOfCallers: <Result>(work: () => Result) => Result =
  asyncHooks.AsyncLocalStorage?.snapshot?.() ?? ((work) => work());
