import { mysqlFamily } from "./mysql-family.ts";

export const mariadb = mysqlFamily({ engine: "mariadb", title: "MariaDB", variable: "SLOTWRIGHT_MARIADB_URL" });
