import { urlsOfServers } from "@slotwright/adapter-sql";

/** How the servers of a connection string can be reached, one by one. */
export interface Servers {
  /** A connection string for each. */
  readonly urls: readonly string[];
  /** What was asked of their sessions, by libpq's name for it. */
  readonly wanted: string | undefined;
}

const attribute = /([?&])target_session_attrs=([^&#]*)(&?)/i;

/** Takes a URL apart that names several servers, as libpq's may. pg itself knows only one. */
export function serversOf(connectionString: string): Servers {
  const urls = urlsOfServers(connectionString);
  if (urls.length === 1 && urls[0] === connectionString) return { urls, wanted: undefined };
  const bare = urls.map((url) =>
    url.replace(attribute, (_all, sign: string, _value, more: string) => (more === "" ? "" : sign)),
  );
  return { urls: bare, wanted: attribute.exec(connectionString)?.[2] };
}

const writable: readonly (string | undefined)[] = [undefined, "read-write", "primary"];

/** Says what is wrong with a connection string, or returns undefined. */
export function problemWithServers(connectionString: string): string | undefined {
  const { wanted } = serversOf(connectionString);
  if (writable.includes(wanted)) return undefined;
  return "The connectionString of postgresAdapter names several servers, and its target_session_attrs asks for sessions that need not take writes. No database was used; use read-write, or leave it out.";
}
