// Started as a process of its own by migrations.test.ts.
import { mysqlAdapter } from "../src/index.ts";

const [uri = ""] = process.argv.slice(2);
const storage = mysqlAdapter({ uri });
process.send?.(await storage.migrate());
await storage.close();
