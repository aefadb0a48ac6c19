import { hasMethods, type OptionRules } from "@slotwright/adapter-sql";

export const optionRules: OptionRules = {
  adapter: "postgresAdapter",
  known: {
    pool: "connection",
    connectionString: "connection",
    schema: "text",
    tablePrefix: "text",
    preparedStatements: "boolean",
  },
  connection: {
    object: "pool",
    isObject: (pool) => hasMethods(pool, ["connect", "on"]),
    objectIs: "a Pool of pg",
    name: "connectionString",
    schemes: ["postgres", "postgresql", "socket"],
  },
};
