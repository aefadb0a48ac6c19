export type ServerName = "postgres" | "mysql" | "mariadb";

/** Environment variables, `process.env` or a test's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that the rest of the package knows about an engine. */
export interface EngineDefinition {
  readonly engine: ServerName;
  /** The engine's name in messages. */
  readonly title: string;
  /** The environment variable that may hold the URL of a running server. */
  readonly urlVariable: string;
  /** The first version that our promises are tested on. An older one is used only if this one is not available. */
  readonly wanted: string;
  readonly client: DatabaseClient;
  /** What this computer has, newest first. */
  installed(environment: Environment): Promise<readonly Installation[]>;
  /** Downloads the engine into the cache, or takes it from there. Throws with the reason if neither works. */
  fetch(environment: Environment): Promise<Installation>;
}

/** The few statements that the package needs for an engine. `url` is always an administrator's. */
export interface DatabaseClient {
  /** The server's version. Throws if the server does not answer or belongs to another engine. */
  version(url: string): Promise<string>;
  createDatabase(url: string, name: string): Promise<void>;
  dropDatabase(url: string, name: string): Promise<void>;
  /** Called before a shutdown in order. A server on which it fails is shut down all the same. */
  prepareShutdown?(url: string): Promise<void>;
}

/** Programs of one version of an engine, ready to run. */
export interface Installation {
  readonly version: string;
  /** Where it came from, for reports. */
  readonly origin: string;
  /**
   * Everything that determines a new data folder. Two installations of one version and recipe may share a copy of it.
   */
  readonly recipe: string;
  /** The account that its programs must run as; `undefined` means our own. */
  readonly account: Account | undefined;
  /** The signal for a quick, clean shutdown. */
  readonly stopSignal: NodeJS.Signals;
  /** The same programs in a place that the account can reach. */
  settle?(folder: string): Promise<Installation>;
  /** Set if the data are a copy of another server's: then it has that server's administrator, and nothing is initialised. */
  readonly administrator?: Administrator;
  /** Runs before each start, on the data as the last run left them. */
  beforeStart?(run: RunFolder, port: number): Promise<void>;
  /** Fills `run.data` with an empty server that knows one administrator. */
  initialise(run: RunFolder, administrator: Administrator): Promise<void>;
  /** The command that runs the server in the foreground. */
  command(run: RunFolder, port: number): Invocation;
  /** An administrator's URL to a database that {@link initialise} made. */
  url(administrator: Administrator, port: number): string;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Administrator {
  readonly name: string;
  readonly password: string;
}

export interface Invocation {
  readonly program: string;
  readonly arguments: readonly string[];
  /** Variables that the program needs besides the few that all get. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The folders of one running server, which are removed when it stops. */
export interface RunFolder {
  readonly path: string;
  /** Below {@link path}, or a separate folder elsewhere, which is then {@link elsewhere}. */
  readonly data: string;
  readonly elsewhere?: string | undefined;
  readonly log: string;
}
