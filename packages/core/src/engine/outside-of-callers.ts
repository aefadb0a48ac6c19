import * as asyncHooks from "node:async_hooks";

/**
 * Runs work outside of any caller's context, in the one in which this module was loaded. Work that serves many callers
 * must not show one the tenant or the trace of another. Not every runtime supports this.
 */
export const outsideOfCallers: <Result>(work: () => Result) => Result =
  asyncHooks.AsyncLocalStorage?.snapshot?.() ?? ((work) => work());

/** The function, which runs in the context of the present caller, even if another one calls it. Not every runtime supports this. */
export function inCallersContext<Given extends unknown[], Result>(
  work: (...given: Given) => Result,
): (...given: Given) => Result {
  return asyncHooks.AsyncLocalStorage?.bind?.(work) ?? work;
}
