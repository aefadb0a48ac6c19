import { mysqlFamily } from "./mysql-family.ts";

export const mysql = mysqlFamily({
  engine: "mysql",
  title: "MySQL",
  variable: "SLOTWRIGHT_MYSQL_URL",
  endsIdleOnly: false,
  readOnly: {
    on: ["SET GLOBAL super_read_only = ON"],
    off: ["SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF"],
  },
});
