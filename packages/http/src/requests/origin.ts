import { HttpError } from "../errors.ts";
import type { Incoming } from "./incoming.ts";

/**
 * Refuses what a page of another site sends, since browsers send cookies along. Browsers say where a request comes from
 * in `Sec-Fetch-Site`, and older ones in `Origin`. A client that sends neither is not a browser. The handler asks it about
 * every request; ask it yourself about routes of your own beside it.
 * @param origins those of other sites that may send it all the same
 * @throws HttpError `cross_site`
 */
export function refuseOtherSites(
  incoming: Pick<Incoming, "method" | "url" | "header">,
  origins: ReadonlySet<string> = new Set(),
): void {
  const origin = incoming.header("origin");
  if (origin !== undefined && origins.has(origin)) return;
  const site = incoming.header("sec-fetch-site");
  const isNavigation = incoming.method === "GET" && incoming.header("sec-fetch-mode") === "navigate";
  if (site === "same-origin" || site === "none" || isNavigation) return;
  if (site !== undefined) throw new HttpError("cross_site");
  if (origin !== undefined && hostOf(origin) !== incoming.url.host) throw new HttpError("cross_site");
}

/** Of `null`, which pages in sandboxes send, none. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** What a page of an allowed site may read of an answer. */
export function corsHeaders(incoming: Incoming, origins: ReadonlySet<string>): Readonly<Record<string, string>> {
  const origin = incoming.header("origin");
  if (origin === undefined || !origins.has(origin)) return {};
  return {
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "ETag, Location, Retry-After",
  };
}

/** What an allowed site may send, for the preflight of a browser. */
export function preflightHeaders(methods: readonly string[]): Readonly<Record<string, string>> {
  return {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key, If-Match, Hold-Token, Last-Event-ID, Authorization",
    "Access-Control-Max-Age": "600",
  };
}
