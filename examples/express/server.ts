import { createApp } from "./app.ts";
import { openDatabase } from "./database.ts";
import { type Listening, listen } from "./listen.ts";

export interface ServerOptions {
  readonly databaseUrl: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

/** Its stop closes the database at the end. */
export async function startServer({ databaseUrl, port }: ServerOptions): Promise<Listening> {
  const database = await openDatabase(databaseUrl);
  const { app, handler } = createApp(database);
  try {
    const { url, stop } = await listen(app, handler, port);
    return { url, stop: () => stop().then(() => database.close()) };
  } catch (error) {
    await database.close();
    throw error;
  }
}
