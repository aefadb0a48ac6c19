// watchdog.test.ts starts this as a process of its own. It starts a server and does not stop it. It prints what must be
// gone later.
import { dirname } from "node:path";
import { startOwnServer } from "../src/index.ts";

const [mode = "wait", where] = process.argv.slice(2);
const server = await startOwnServer("postgres", where === undefined ? {} : { folder: where });
const pid = server?.process.pid;
const folder = server && dirname(server.process.log);
if (mode === "crash") await server?.process.kill();
process.stdout.write(JSON.stringify(server === undefined ? null : { pid, folder }));
if (mode !== "forget") setInterval(() => {}, 1000);
