import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createEngine } from "@slotwright/core";
import { createHandler } from "@slotwright/http";
import { protectServer, toNodeListener } from "@slotwright/http/node";
import { loadEngine } from "@slotwright/lab/engines";
import type { ClinicOptions } from "../options.ts";
import { facilities, patients, providers } from "../people.ts";
import { authorize } from "./access.ts";
import { buildPage, servePage } from "./page.ts";
import { actorOf, warning } from "./sign-in.ts";

export interface RunningClinic {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function startClinic(options: ClinicOptions): Promise<RunningClinic> {
  const { port, database: kept } = options;
  const kind = await loadEngine(options.engine);
  const database = kept === undefined ? await kind.createDatabase(new AbortController().signal) : undefined;
  const storage = kind.openStorage(kept ?? database?.address ?? "");
  await storage.migrate();
  const engine = createEngine({ storage, authorize });
  const handler = createHandler({
    engine,
    actorOf: ({ headers }) => actorOf(headers.get("x-clinic-person")),
    basePath: "/api",
    live: { forDays: 60, openTo: "everybody" },
    onError: (error) => console.error(error),
  });
  const api = toNodeListener(handler);
  const page = servePage(options.page ?? (await buildPage()));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname.startsWith("/api/")) return api(request, response);
    if (pathname !== "/directory") return page(request, response);
    const actor = actorOf(request.headers["x-clinic-person"]);
    const me = [...patients, ...providers].find(({ id }) => id === actor?.id);
    response.setHeader("Content-Type", "application/json").setHeader("Cache-Control", "no-store");
    if (actor === undefined || me === undefined) return void response.writeHead(401).end('{"success":false}');
    const shown = actor.kind === "provider" ? patients : patients.filter(({ id }) => id === me.id);
    const self = { id: me.id, name: me.name, kind: actor.kind };
    response.end(JSON.stringify({ success: true, me: self, facilities, providers, patients: shown, warning }));
  });
  protectServer(server);
  await once(server.listen(port, "127.0.0.1"), "listening");
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    stop: async () => {
      server.close();
      await handler.close();
      server.closeAllConnections();
      await storage.close();
      await database?.end({ keep: false });
    },
  };
}
