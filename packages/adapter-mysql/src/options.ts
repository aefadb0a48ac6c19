import { hasMethods, type OptionRules } from "@slotwright/adapter-sql";

export const optionRules: OptionRules = {
  adapter: "mysqlAdapter",
  known: {
    pool: "connection",
    uri: "connection",
    database: "text",
    tablePrefix: "text",
    preparedStatements: "boolean",
    readConsistency: ["cluster", "node"],
  },
  connection: {
    object: "pool",
    isObject: (pool) => hasMethods(pool, ["getConnection"]),
    objectIs: "a pool of mysql2",
    name: "uri",
    schemes: ["mysql", "mariadb"],
  },
};
