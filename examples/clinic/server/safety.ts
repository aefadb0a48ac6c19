import { HttpError, type Incoming, refuseOtherSites } from "@slotwright/http";

/** What every answer says. The page's own has a policy of its own. */
export const safeHeaders = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

/** Scripts and styles come from files of the page. An element that is added to the document needs the nonce. */
export function policyOfPage(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const ownHosts: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Beside other sites, refuses other names of this machine: a site whose name leads to the loopback address would be the
 * same site to its visitor's browser.
 * @throws HttpError `cross_site`
 */
export function refuseStrangers(incoming: Incoming): void {
  if (!ownHosts.has(incoming.url.hostname)) throw new HttpError("cross_site");
  refuseOtherSites(incoming);
}
