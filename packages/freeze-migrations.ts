import { writeFileSync } from "node:fs";
import { frozenMigrations as mysql } from "./adapter-mysql/schema/frozen-migrations.ts";
import { frozenMigrations as postgres } from "./adapter-postgres/schema/frozen-migrations.ts";
import { frozenMigrations as sqlite } from "./adapter-sqlite/schema/frozen-migrations.ts";

/** Writes the text of the migrations that were not released yet. Released ones are left out of these lists. */
for (const { file, text } of [...mysql, ...postgres, ...sqlite]) writeFileSync(file, text);
