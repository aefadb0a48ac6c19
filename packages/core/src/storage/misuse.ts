/** The message of an adapter whose `within` was given something other than it takes. Both arguments are in words. */
export function saysNotTransaction(given: string, takes: string): string {
  return `within() was given ${given}, which is not a transaction that it can use. Give it ${takes}; or call engine.transaction(), which opens one.`;
}

/** Describes a value in words, as far as JavaScript tells. */
export function inWords(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object") return `a ${typeof value}`;
  const { name } = (value as { readonly constructor?: { readonly name?: unknown } }).constructor ?? {};
  return typeof name === "string" && !["", "Object"].includes(name)
    ? `an object of the class ${name}`
    : "a plain object";
}
