import { createServer } from "node:http";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine } from "@slotwright/core";
import { createHandler } from "@slotwright/http";
import { protectServer, toNodeListener } from "@slotwright/http/node";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });

const handler = createHandler({
  engine,
  // A stand-in for a sign-in: it believes whatever the header says. Yours asks your session.
  actorOf: ({ headers }) => {
    const id = headers.get("x-patient");
    return id === null ? undefined : { kind: "patient", id };
  },
  // Searches within these days are answered from memory, for everybody.
  live: { forDays: 60, openTo: "everybody" },
  onError: (error) => console.error(error),
});

const server = createServer(toNodeListener(handler));
protectServer(server);
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => console.log("Listening on", server.address()));

process.once("SIGTERM", async () => {
  server.close();
  await handler.close(); // ends the streams, and waits for requests under way
  await storage.close();
});
