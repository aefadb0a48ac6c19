import { gatedAdapter } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";

/** Awaited before a step, which it receives. */
export type Gate = (step: string) => Promise<void>;

export interface GatedStorage {
  readonly storage: StorageAdapter<never>;
  readonly close: () => Promise<void>;
}

/** A storage whose calls await the gate. */
export function gatedCalls(storage: StorageAdapter, gate: Gate): GatedStorage {
  return { storage: gatedAdapter(storage, gate), close: () => storage.close() };
}

/** The same object, except that these of its methods await the gate before they run. */
export function gatedMethods<Target extends object>(target: Target, methods: readonly string[], gate: Gate): Target {
  return replaced(target, methods, (method) => async (...given: unknown[]) => {
    await gate(sqlOf(given[0]));
    return method(...given);
  });
}

/** The same object, except that the result of one of its methods goes through `change`. */
export function changedResult<Target extends object>(
  target: Target,
  name: string,
  change: <Result extends object>(result: Result) => Result,
): Target {
  return replaced(
    target,
    [name],
    (method) =>
      async (...given: unknown[]) =>
        change((await method(...given)) as object),
  );
}

type Method = (...given: unknown[]) => unknown;

function replaced<Target extends object>(
  target: Target,
  names: readonly string[],
  replacement: (method: Method) => Method,
): Target {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method = value.bind(target) as Method;
      return names.includes(String(name)) ? replacement(method) : method;
    },
  });
}

/** The SQL in what drivers accept: a string, or an object that contains it. */
function sqlOf(query: unknown): string {
  if (typeof query === "string") return query;
  const { text, sql } = query as { readonly text?: string; readonly sql?: string };
  return text ?? sql ?? "";
}
