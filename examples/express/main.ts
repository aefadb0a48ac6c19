import { startServer } from "./server.ts";
import { warning } from "./sign-in.ts";

const { DATABASE_URL: databaseUrl = "sqlite:slotwright-host.sqlite", PORT: port = "3000" } = process.env;

function examplesFor(url: string): string {
  const slot = `{"start":"2027-03-22T09:00:00Z","end":"2027-03-22T09:30:00Z"}`;
  return `curl -c staff.txt --json '{"kind":"staff","id":"dr-weber"}' ${url}/sign-in
curl -b staff.txt --json '{"providerId":"dr-weber","facilityId":"north","slots":[${slot}]}' ${url}/slots
curl -b staff.txt '${url}/slots?providerId=dr-weber'`;
}

const server = await startServer({ databaseUrl, port: Number(port) });
console.warn(`${warning}\n`);
console.log(`Listening on ${server.url}. Try:\n\n${examplesFor(server.url)}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.stop().catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
  });
}
