/** Options as they came: the compiler sees neither a typing error in plain JavaScript nor a variable that is not set. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** What the options of an adapter may be. */
export interface OptionRules {
  /** The function that takes them. */
  readonly adapter: string;
  /** All of their names, with what each has to be. Any of them may be missing. */
  readonly known: Readonly<Record<string, OptionKind>>;
  /** Whose database is meant: the host's object, or what names one. */
  readonly connection: {
    readonly object: string;
    readonly isObject: (value: unknown) => boolean;
    /** What it has to be, in words: "a Pool of pg". */
    readonly objectIs: string;
    readonly name: string;
    /** What the name may begin with where it is a URL; any, where none are given. */
    readonly schemes?: readonly string[];
  };
}

type OptionKind = "text" | "boolean" | "connection";

/**
 * What is wrong with the options, if anything. What names the database may not be missing: a driver would take it from
 * its environment or from its defaults, which is another database.
 */
export function problemWithOptions(rules: OptionRules, options: unknown): string | undefined {
  const given: GivenOptions = typeof options === "object" && options !== null ? { ...options } : {};
  return unknownOption(rules, given) ?? unclearConnection(rules, given) ?? wrongValue(rules, given);
}

function unknownOption({ adapter, known }: OptionRules, given: GivenOptions): string | undefined {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return undefined;
  return `${adapter} was given the option "${unknown}", which it does not know. No database was used; correct the name, or leave it out. It takes ${Object.keys(known).join(", ")}.`;
}

function unclearConnection({ adapter, connection }: OptionRules, given: GivenOptions): string | undefined {
  const { object, isObject, objectIs, name } = connection;
  const [theirs, named] = [given[object], given[name]];
  if (theirs !== undefined && named !== undefined) {
    return `${adapter} was given both a ${object} and a ${name}, which may be two databases. None was used; pass one of the two.`;
  }
  if (theirs !== undefined) {
    if (isObject(theirs)) return undefined;
    return `What ${adapter} was given as its ${object} is not ${objectIs}. No database was used; pass one, or a ${name}.`;
  }
  if (typeof named === "string" && named.trim() !== "") return otherScheme(adapter, connection, named);
  return `${adapter} was given neither a ${object} nor a ${name}, so it is not known which database is meant. None was used; check where the value comes from.`;
}

/** A URL of another database's, of which the driver would look at host and port only. It may hold a password: not shown. */
function otherScheme(adapter: string, { name, schemes }: OptionRules["connection"], named: string): string | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(named.trim()) ?? [];
  if (schemes === undefined || scheme === undefined || schemes.includes(scheme.toLowerCase())) return undefined;
  return `The ${name} of ${adapter} begins with "${scheme}://", which is another kind of database. No database was used; pass one that begins with ${schemes.map((one) => `"${one}://"`).join(" or ")}.`;
}

function wrongValue({ adapter, known }: OptionRules, given: GivenOptions): string | undefined {
  const types: Readonly<Partial<Record<OptionKind, string>>> = { text: "string", boolean: "boolean" };
  const wrong = Object.entries(known).find(
    ([name, kind]) => kind in types && given[name] !== undefined && typeof given[name] !== types[kind],
  );
  if (wrong === undefined) return undefined;
  const [name, kind] = wrong;
  const problem = kind === "text" ? "no text" : "neither true nor false";
  return `The option ${name} of ${adapter} is ${problem}. No database was used; correct it.`;
}

/** Whether a host's object has what is used of one. */
export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return methods.every((name) => typeof (value as GivenOptions)[name] === "function");
}
