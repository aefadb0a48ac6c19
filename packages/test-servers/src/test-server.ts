import type { ServerName } from "./engine.ts";

/** An empty database on a {@link TestServer}. */
export interface TestDatabase {
  readonly name: string;
  /** An administrator's URL of this database. */
  readonly url: string;
  /** Drops the database, and disconnects any client. */
  drop(): Promise<void>;
}

/** A real server to run tests, benchmarks and examples on. */
export interface TestServer {
  readonly engine: ServerName;
  /** As the server itself reports it, for example `18.4` or `10.11.18-MariaDB-0+deb12u1`. */
  readonly version: string;
  /** Where it came from, for reports: an environment variable, a folder of the PATH, a package. */
  readonly origin: string;
  /** An administrator's URL to a database that exists. */
  readonly url: string;
  createDatabase(): Promise<TestDatabase>;
  /** Ends our own server and removes its data. A server that somebody else started is left alone. */
  stop(): Promise<void>;
}

/** A {@link TestServer} that runs as our own process, so that tests can harm it. */
export interface OwnServer extends TestServer {
  readonly process: ServerProcess;
}

/** The process behind an {@link OwnServer}. Port and data folder stay the same across {@link restart}. */
export interface ServerProcess {
  /** The id of the running process. It changes with each {@link restart}. */
  readonly pid: number;
  /** The log file of the server, until it is stopped. */
  readonly log: string;
  /** Freezes the server with all its connections: they hang, and are not closed. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the server like a crash: nothing is flushed, and no client is told. */
  kill(): Promise<void>;
  /**
   * Shuts the server down cleanly (unless {@link kill} was called first) and starts it again. Resolves when it answers.
   */
  restart(): Promise<void>;
}
