// Started as a process of its own by the migration tests: migrates the database, and prints the report.
import { postgresAdapter } from "../src/index.ts";

const [connectionString = "", schema = "", startAt = "0"] = process.argv.slice(2);
const storage = postgresAdapter({ connectionString, schema });
// All processes begin at the same instant, or they would take turns.
while (Date.now() < Number(startAt)) {}
process.stdout.write(JSON.stringify(await storage.migrate()));
await storage.close();
