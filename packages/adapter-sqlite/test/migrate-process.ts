// Started as a process of its own by the migration tests: migrates the file, and prints the report.
import { sqliteAdapter } from "../src/index.ts";

const [filename = "", startAt = "0"] = process.argv.slice(2);
const storage = sqliteAdapter({ filename });
// All processes begin at the same instant, or they would take turns.
while (Date.now() < Number(startAt)) {}
process.stdout.write(JSON.stringify(await storage.migrate()));
await storage.close();
