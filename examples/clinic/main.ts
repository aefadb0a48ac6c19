import { once } from "node:events";
import { startClinic } from "./server/server.ts";

const clinic = await startClinic({ port: Number(process.env.PORT ?? 4173) });
console.log(`The clinic is open: ${clinic.url}/?as=ada-brandt and ${clinic.url}/?as=dr-osei`);
await once(process, "SIGINT");
await clinic.stop();
