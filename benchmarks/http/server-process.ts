/**
 * The process that is measured: the handler on Node's own server, and beside it, on another port, the Express application
 * that it is compared with. It is told the database's URL and how many connections each of them has, says its ports, and ends
 * when the one that started it does.
 */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";
import { createHandler } from "@slotwright/http";
import { toNodeListener } from "@slotwright/http/node";
import express from "express";
import { Pool } from "pg";
import { insertSql, selectSql } from "./statements.ts";

const [, , connectionString = "", poolSize = "10"] = process.argv;
const poolOf = () => new Pool({ connectionString, max: Number(poolSize) });

function plainApplication(pool: Pool): RequestListener {
  const app = express();
  app.use(express.json());
  app.post("/bookings", async (request, response) => {
    const { id, slotId, subjectId } = request.body;
    await pool.query(insertSql, [id, slotId, subjectId]);
    response.status(201).json({ id, slotId, subjectId });
  });
  app.get("/slots", async ({ query }, response) => {
    const { rows } = await pool.query(selectSql, [[query.providerId].flat(), query.from, query.to, query.limit]);
    response.json({ items: rows });
  });
  return app;
}

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await once(server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }), "listening");
  return (server.address() as AddressInfo).port;
}

const engine = createEngine({ storage: postgresAdapter({ pool: poolOf() }) });
const handler = createHandler({
  engine,
  actorOf: ({ headers }) => {
    const [kind = "", id = ""] = headers.get("x-actor")?.split("/") ?? [];
    return { kind, id };
  },
  live: { forDays: 100, openTo: "everybody" },
  streams: { most: 5_000, mostOfActor: 5_000 },
  onError: console.error,
});
await handler.ready();
process.once("disconnect", () => process.exit());
process.send?.({ own: await listen(toNodeListener(handler)), plain: await listen(plainApplication(poolOf())) });
