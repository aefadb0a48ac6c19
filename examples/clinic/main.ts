import { once } from "node:events";
import { parseOptions, usage } from "./options.ts";
import { startClinic } from "./server/server.ts";

const options = parsed();
if (options === "help") console.log(usage);
else {
  const clinic = await startClinic(options);
  console.log(`The clinic is open: ${clinic.url}/?as=ada-brandt and ${clinic.url}/?as=dr-osei`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await clinic.stop();
}

function parsed(): ReturnType<typeof parseOptions> {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}
