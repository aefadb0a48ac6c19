import { mysqlFamily } from "./mysql-family.ts";

export const mysql = mysqlFamily({ engine: "mysql", title: "MySQL", variable: "SLOTWRIGHT_MYSQL_URL" });
