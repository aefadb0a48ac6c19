type Given = Readonly<Record<string, unknown>>;

const known: readonly string[] = ["pool", "uri", "database", "tablePrefix"];

/**
 * What is wrong with the options, if anything. The compiler sees neither a variable of the environment that is not set nor
 * a typing error in plain JavaScript, and mysql2 would go to a server on this computer instead.
 */
export function problemWith(options: unknown): string | undefined {
  const given: Given = isObject(options) ? options : {};
  return unknownOption(given) ?? unclearDatabase(given) ?? wrongValue(given);
}

function unknownOption(given: Given): string | undefined {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  return `mysqlAdapter was given the option "${unknown}", which it does not know. No database was used; correct the name, or leave it out. It takes ${known.join(", ")}.`;
}

function unclearDatabase({ pool, uri }: Given): string | undefined {
  if (pool !== undefined && uri !== undefined) {
    return "mysqlAdapter was given both a pool and a uri, which may be two databases. None was used; pass one of the two.";
  }
  if (pool !== undefined) {
    if (isObject(pool) && typeof pool.getConnection === "function") return undefined;
    return "What mysqlAdapter was given as its pool is no pool of mysql2. No database was used; pass one, or a uri.";
  }
  if (typeof uri === "string" && uri.trim() !== "") return undefined;
  return "mysqlAdapter was given neither a pool nor a uri, so it is not known which database is meant. None was used; check where the value comes from.";
}

function wrongValue(given: Given): string | undefined {
  const notText = ["database", "tablePrefix"].find((name) => !["string", "undefined"].includes(typeof given[name]));
  if (notText === undefined) return undefined;
  return `The option ${notText} of mysqlAdapter is no text. No database was used; correct it.`;
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null;
}
