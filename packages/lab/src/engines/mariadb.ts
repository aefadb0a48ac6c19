import { mysqlFamily } from "./mysql-family.ts";

export const mariadb = mysqlFamily({
  engine: "mariadb",
  title: "MariaDB",
  variable: "SLOTWRIGHT_MARIADB_URL",
  // When killed while a trigger inserts, MariaDB 10.11 may damage the trigger in its memory, and even crash.
  endsIdleOnly: true,
  readOnly: { on: ["SET GLOBAL read_only = ON"], off: ["SET GLOBAL read_only = OFF"] },
});
