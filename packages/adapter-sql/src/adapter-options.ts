import { lacksServer } from "./servers.ts";

/**
 * Options as given. The compiler does not see a typo in plain JavaScript, nor an environment variable that is not set.
 */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** What the options of an adapter may be. */
export interface OptionRules {
  /** The function that takes the options. */
  readonly adapter: string;
  /** The names of all options, and the type of each. Any of them may be missing. */
  readonly known: Readonly<Record<string, OptionKind>>;
  /** Which database to use: the host's object, or a text that names it. */
  readonly connection: {
    readonly object: string;
    readonly isObject: (value: unknown) => boolean;
    /** What the object must be, in words: "a Pool of pg". */
    readonly objectIs: string;
    readonly name: string;
    /** The schemes that the name may begin with if it is a URL. Without a list, any scheme is accepted. */
    readonly schemes?: readonly string[];
  };
}

/** A list of texts means one of them. */
type OptionKind = "text" | "boolean" | "connection" | readonly string[];

/**
 * Says what is wrong with the options, or returns undefined. The database must be named: a driver would fall back to
 * its environment or its defaults, which may be another database.
 */
export function problemWithOptions(rules: OptionRules, options: unknown): string | undefined {
  const given: GivenOptions = typeof options === "object" && options !== null ? { ...options } : {};
  return unknownOption(rules, given) ?? unclearConnection(rules, given) ?? wrongValue(rules, given);
}

function unknownOption({ adapter, known }: OptionRules, given: GivenOptions): string | undefined {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return undefined;
  return `${adapter} was given the option "${unknown}", which does not exist. No database was used; correct the name, or remove it. The options are ${Object.keys(known).join(", ")}.`;
}

function unclearConnection({ adapter, connection }: OptionRules, given: GivenOptions): string | undefined {
  const { object, isObject, objectIs, name } = connection;
  const [theirs, named] = [given[object], given[name]];
  if (theirs !== undefined && named !== undefined) {
    return `${adapter} was given both a ${object} and a ${name}, which may name two databases. No database was used; pass only one of them.`;
  }
  if (theirs !== undefined) {
    if (isObject(theirs)) return undefined;
    return `The ${object} given to ${adapter} is not ${objectIs}. No database was used; pass one, or a ${name}.`;
  }
  if (typeof named === "string" && named.trim() !== "") {
    return otherScheme(adapter, connection, named) ?? unnamedServer(adapter, connection, named);
  }
  return `${adapter} was given neither a ${object} nor a ${name}, so it cannot tell which database to use. No database was used; check where the value comes from.`;
}

/**
 * Finds a URL of another kind of database. The driver would only use its host and port. The URL may hold a password, so
 * the message does not show it.
 */
function otherScheme(adapter: string, { name, schemes }: OptionRules["connection"], named: string): string | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(named.trim()) ?? [];
  if (schemes === undefined || scheme === undefined || schemes.includes(scheme.toLowerCase())) return undefined;
  return `The ${name} of ${adapter} begins with "${scheme}://", which names another kind of database. No database was used; pass one that begins with ${schemes.map((one) => `"${one}://"`).join(" or ")}.`;
}

/** A driver would go to a server of its environment or its defaults. */
function unnamedServer(adapter: string, { name }: OptionRules["connection"], named: string): string | undefined {
  if (!lacksServer(named)) return undefined;
  return `The ${name} of ${adapter} lists several servers, and at least one has no name. No database was used; check where the names come from.`;
}

function wrongValue({ adapter, known }: OptionRules, given: GivenOptions): string | undefined {
  for (const [name, kind] of Object.entries(known)) {
    const needed = given[name] === undefined ? undefined : neededInstead(kind, given[name]);
    if (needed !== undefined) {
      return `The option ${name} of ${adapter} must be ${needed}. No database was used; correct it.`;
    }
  }
  return undefined;
}

/** What a value should be, in words, or undefined if it is that. */
function neededInstead(kind: OptionKind, value: unknown): string | undefined {
  if (kind === "text") return typeof value === "string" ? undefined : "a string";
  if (kind === "boolean") return typeof value === "boolean" ? undefined : "true or false";
  if (kind === "connection" || kind.includes(value as string)) return undefined;
  return kind.map((one) => `"${one}"`).join(" or ");
}

/** Whether a host's object has the methods that the adapter calls. */
export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return methods.every((name) => typeof (value as GivenOptions)[name] === "function");
}
