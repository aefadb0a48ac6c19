/** One call of the driver's: the method, and what it was given. */
export interface SentStatement {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Notes every call of these methods of a driver's connection, and lets it through. */
export function record(connection: object, methods: readonly string[], into: SentStatement[]): void {
  const target = connection as Record<string, (...args: unknown[]) => unknown>;
  for (const method of methods) {
    const original = target[method]?.bind(connection);
    if (original === undefined) continue;
    target[method] = (...args) => {
      into.push({ method, args });
      return original(...args);
    };
  }
}

/** The value with other ids in it: in strings, in bytes, and in what arrays and objects hold. */
export function withIds(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return replaced(value, ids);
  if (Buffer.isBuffer(value)) return Buffer.from(replaced(value.toString(), ids));
  if (Array.isArray(value)) return value.map((item) => withIds(item, ids));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withIds(item, ids)]));
}

/** All at once: what one id becomes may be what another one was. */
function replaced(text: string, ids: ReadonlyMap<string, string>): string {
  return text.replaceAll(new RegExp([...ids.keys()].join("|"), "g"), (id) => ids.get(id) ?? id);
}
