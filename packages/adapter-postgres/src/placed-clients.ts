import { Client, type ClientBase, type ClientConfig, type PoolClient } from "pg";

/** Clients of several servers for one pool, which makes them when it needs them. */
export interface PlacedClients {
  /** For the pool. Makes a client of the server whose turn it is. */
  readonly Client: new () => ClientBase;
  /** For the pool, too: asks a new session something, which may refuse it. */
  readonly verify: (client: PoolClient, done: (error?: Error) => void) => void;
  /** The server that failed. A call that waits in the pool's queue gets a client of a later turn. */
  readonly placeOf: (error: unknown) => number | undefined;
}

type Connect = (done: (error?: Error) => void) => void;

/** @param settings of all clients */
export function placedClients(
  urls: readonly string[],
  place: () => number,
  settings: ClientConfig,
  ask: (client: PoolClient) => Promise<Error | undefined>,
): PlacedClients {
  const places = new WeakMap<object, number>();
  const note = (error: Error | undefined, failed: number): void => {
    if (error) places.set(error, failed);
  };
  // pg calls it with `new`, and gets the object that it returns.
  function ClientOfPlace(config: ClientConfig): Client {
    const own = place();
    const client = new Client({ ...config, ...settings, connectionString: urls[own] as string });
    places.set(client, own);
    const connect = client.connect.bind(client) as Connect;
    const noting: Connect = (done) =>
      connect((error) => {
        note(error, own);
        done(error);
      });
    return Object.assign(client, { connect: noting });
  }
  const verify: PlacedClients["verify"] = (client, done) => {
    const answered = (error?: Error): void => {
      note(error, places.get(client) as number);
      done(error);
    };
    ask(client).then(answered, answered);
  };
  return {
    Client: ClientOfPlace as unknown as new () => ClientBase,
    verify,
    placeOf: (error) => places.get(error as object),
  };
}
