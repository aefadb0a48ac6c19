import { startServer } from "./server.ts";

const { DATABASE_URL: databaseUrl = "sqlite:slotwright-express.sqlite", PORT: port = "3000" } = process.env;

function examplesFor(url: string): string {
  const slot = `{"providerId":"dr-weber","facilityId":"north","start":"2027-03-22T09:00:00Z","end":"2027-03-22T09:30:00Z"}`;
  return `curl --json '${slot}' -H 'X-Actor: provider/dr-weber' ${url}/slots
curl '${url}/slots?providerId=dr-weber'`;
}

const server = await startServer({ databaseUrl, port: Number(port) });
console.log(`Listening on ${server.url}. Try:\n\n${examplesFor(server.url)}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.stop().catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
  });
}
