import { createEngine, type StorageAdapter } from "@slotwright/core";
import { createHandler } from "@slotwright/http";
import { toNodeListener } from "@slotwright/http/node";
import { authorize } from "../../express/access.ts";
import { type Listening, listen } from "../../express/listen.ts";
import { builtPage } from "./page/build.ts";
import { readPage } from "./page/page.ts";
import { audienceOf, policies } from "./policies.ts";
import { apiPath, createRoutes } from "./routes.ts";
import { actorOf } from "./sign-in.ts";

export interface ServerOptions {
  /** Migrated. It stays open when the server stops. */
  readonly storage: StorageAdapter<never>;
  /** 0 takes any that is free. */
  readonly port: number;
  /** How many days ahead free times are searched in memory. */
  readonly liveDays: number;
}

/** Builds the page if its sources have changed, reads the free times, and answers on the loopback interface. */
export async function startServer({ storage, port, liveDays }: ServerOptions): Promise<Listening> {
  const page = await readPage(await builtPage());
  const handler = createHandler({
    engine: createEngine({ storage, authorize, audienceOf, policies }),
    actorOf: ({ headers }) => actorOf(headers.get("x-clinic-person")),
    basePath: apiPath,
    live: { forDays: liveDays, openTo: "everybody" },
    // Without the request, whose headers are none of the log's business.
    onError: (error) => console.error(error),
  });
  try {
    // Pages that waited for the server would ask for days and next times at once, and be told 503.
    await handler.ready();
    return await listen(
      toNodeListener(createRoutes({ handler, page, actorOf, searchableDays: liveDays })),
      handler,
      port,
    );
  } catch (error) {
    await handler.close();
    throw error;
  }
}
