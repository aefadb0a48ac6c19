import { urlsOfServers } from "@slotwright/adapter-sql";

const attribute = /([?&])target_session_attrs=[^&#]*(&?)/;

/**
 * Takes a URL apart that names several servers, as libpq's may: a connection string for each. pg itself knows only one.
 */
export function serversOf(connectionString: string): readonly string[] {
  const urls = urlsOfServers(connectionString);
  if (urls.length === 1) return urls;
  return urls.map((url) => url.replace(attribute, (_all, sign: string, more: string) => (more === "" ? "" : sign)));
}

const writable: readonly (string | undefined)[] = [undefined, "read-write", "primary"];

/** Says what is wrong with a connection string, or returns undefined. */
export function problemWithServers(connectionString: string): string | undefined {
  const isOne = urlsOfServers(connectionString).length === 1;
  if (namesServersInQuery(connectionString, isOne)) {
    return "The connectionString of postgresAdapter names servers or ports in its query, which is understood for one server only. No database was used; name several as in postgres://user@db-1:5432,db-2:5432/bookings.";
  }
  const wanted = inQuery("target_session_attrs", connectionString);
  // Of one server, any is the only one.
  if (writable.includes(wanted) || (isOne && wanted === "any")) return undefined;
  return "The connectionString of postgresAdapter asks by target_session_attrs for sessions that need not take writes. No database was used; use read-write, or leave it out.";
}

/** libpq takes lists there. pg takes a list for the name of one server, and a name for that of each server. */
function namesServersInQuery(connectionString: string, isOne: boolean): boolean {
  const [host, port] = ["host", "port"].map((name) => inQuery(name, connectionString));
  return [host, port].some((value) => value?.includes(",")) || (!isOne && host !== undefined);
}

function inQuery(parameter: string, url: string): string | undefined {
  const query = /\?([^#]*)/.exec(url)?.[1];
  return new URLSearchParams(query).get(parameter) ?? undefined;
}
