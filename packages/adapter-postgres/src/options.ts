type Given = Readonly<Record<string, unknown>>;

const known: readonly string[] = ["pool", "connectionString", "schema", "tablePrefix", "preparedStatements"];

/**
 * What is wrong with the options, if anything. The compiler sees neither a variable of the environment that is not set nor
 * a typing error in plain JavaScript, and pg would take what is missing from PGHOST and its like: another database.
 */
export function problemWith(options: unknown): string | undefined {
  const given: Given = isObject(options) ? options : {};
  return unknownOption(given) ?? unclearDatabase(given) ?? wrongValue(given);
}

function unknownOption(given: Given): string | undefined {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  return `postgresAdapter was given the option "${unknown}", which it does not know. No database was used; correct the name, or leave it out. It takes ${known.join(", ")}.`;
}

function unclearDatabase({ pool, connectionString }: Given): string | undefined {
  if (pool !== undefined && connectionString !== undefined) {
    return "postgresAdapter was given both a pool and a connectionString, which may be two databases. None was used; pass one of the two.";
  }
  if (pool !== undefined) {
    if (isObject(pool) && typeof pool.connect === "function" && typeof pool.on === "function") return undefined;
    return "What postgresAdapter was given as its pool is no Pool of pg. No database was used; pass one, or a connectionString.";
  }
  if (typeof connectionString === "string" && connectionString.trim() !== "") return undefined;
  return "postgresAdapter was given neither a pool nor a connectionString, so it is not known which database is meant. None was used; check where the value comes from.";
}

function wrongValue(given: Given): string | undefined {
  const { preparedStatements = true } = given;
  const notText = ["schema", "tablePrefix"].find((name) => !["string", "undefined"].includes(typeof given[name]));
  if (notText !== undefined)
    return `The option ${notText} of postgresAdapter is no text. No database was used; correct it.`;
  if (typeof preparedStatements === "boolean") return undefined;
  return "The option preparedStatements of postgresAdapter is neither true nor false. No database was used; correct it.";
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null;
}
