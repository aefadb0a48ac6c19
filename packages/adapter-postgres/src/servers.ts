/** How the servers of a connection string can be reached, one by one. */
export interface Servers {
  /** A connection string for each. */
  readonly urls: readonly string[];
  /** What was asked of their sessions, by libpq's name for it. */
  readonly wanted: string | undefined;
}

/** `scheme://user:password@`, the hosts with their ports, and the rest. */
const manyHosts = /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#@]*,[^/?#@]*)((?:[/?#].*)?)$/i;

const attribute = /([?&])target_session_attrs=([^&#]*)(&?)/i;

/** Takes a URL apart that names several servers, as libpq's may. pg itself knows only one. */
export function serversOf(connectionString: string): Servers {
  const [, before, hosts, rest = ""] = manyHosts.exec(connectionString.trim()) ?? [];
  if (hosts === undefined) return { urls: [connectionString], wanted: undefined };
  const after = rest.replace(attribute, (_all, sign: string, _value, more: string) => (more === "" ? "" : sign));
  const names = hosts.split(",").filter((name) => name !== "");
  return { urls: names.map((name) => `${before}${name}${after}`), wanted: attribute.exec(rest)?.[2] };
}

const writable: readonly (string | undefined)[] = [undefined, "read-write", "primary"];

/** Says what is wrong with a connection string, or returns undefined. */
export function problemWithServers(connectionString: string): string | undefined {
  const { wanted } = serversOf(connectionString);
  if (writable.includes(wanted)) return undefined;
  return "The connectionString of postgresAdapter names several servers, and its target_session_attrs asks for sessions that need not take writes. No database was used; use read-write, or leave it out.";
}
