import { createEngine, type Engine } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { type Client, type ClientOptions, createClient } from "../../src/index.ts";
import { createTestServer, type TestServer } from "./server.ts";
import { createVirtualTime, settled, startOfTime, type VirtualTime } from "./virtual-time.ts";

export const ada = { kind: "patient", id: "ada" };
export const ben = { kind: "patient", id: "ben" };

/** A client before a server with three free slots, on a clock that the test moves. */
export interface Stage {
  readonly time: VirtualTime;
  readonly engine: Engine;
  readonly server: TestServer;
  readonly client: Client;
  readonly slotIds: readonly string[];
  readonly window: { readonly from: Date; readonly to: Date };
  /** Another client before the same server. */
  readonly another: (options?: Partial<ClientOptions>) => Client;
  readonly close: () => void;
}

const hourMs = 3_600_000;

export async function openStage(options: Partial<ClientOptions> = {}): Promise<Stage> {
  const time = createVirtualTime();
  const engine = createEngine({
    storage: memoryAdapter(),
    clock: { now: () => new Date(time.now()), sleep: async () => {} },
  });
  const slots = [1, 2, 3].map((hour) => ({
    start: new Date(startOfTime + hour * hourMs),
    end: new Date(startOfTime + (hour + 1) * hourMs),
  }));
  const created = await engine.createSlots({ actor: ben, providerId: "p", facilityId: "f", slots });
  const server = createTestServer(engine, ada);
  const clients: Client[] = [];
  const another = (own: Partial<ClientOptions> = {}): Client => {
    const usual = { url: "http://test", owner: "ada", fetch: server.fetch, environment: time.environment };
    const client = createClient({ ...usual, sharing: false, ...own });
    clients.push(client);
    return client;
  };
  const client = another(options);
  await settled(12);
  return {
    ...{ time, engine, server, client, another },
    slotIds: created.slots.map(({ id }) => id),
    window: { from: new Date(startOfTime), to: new Date(startOfTime + 24 * hourMs) },
    close() {
      for (const one of clients) one.close();
    },
  };
}
