import type { Environment } from "../environment.ts";
import type { ServerClock } from "../server-clock.ts";
import { withDates } from "./dates.ts";
import { failureOf, notAnAnswer, RequestError } from "./request-error.ts";
import { type Fields, type RouteName, requestOf, type Wanted } from "./routes.ts";

/** The part of the global `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Headers of the host's, such as a token, asked for before each request. */
export type HostHeaders =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

export interface SendOptions {
  /** Where the handler is mounted. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly headers: HostHeaders;
  readonly credentials: "include" | "omit" | "same-origin";
  /** How long an answer is waited for. */
  readonly timeoutMs: number;
  readonly environment: Environment;
  readonly clock: ServerClock;
}

/** Sends one request. @throws RequestError, and RangeError if it cannot be sent at all */
export type Send = (name: RouteName, input: Fields, signal?: AbortSignal) => Promise<Fields>;

/** Opens an answer that has no end, without a time limit. @throws RequestError */
export type Open = (name: RouteName, input: Fields, init: OpenInit) => Promise<Response>;

interface OpenInit {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const accepted = "application/json;q=0.9, application/problem+json";

export function createSending(options: SendOptions): { readonly send: Send; readonly open: Open } {
  const { url, fetch, headers: ofHost, credentials, timeoutMs, environment, clock } = options;
  const base = url.replace(/\/+$/, "");

  async function ask({ path, ...wanted }: Wanted, signal: AbortSignal, own: Fields = {}): Promise<Response> {
    const hosts = typeof ofHost === "function" ? await ofHost() : ofHost;
    const headers = { Accept: accepted, ...hosts, ...wanted.headers, ...own };
    const sentAt = environment.now();
    const response = await fetch(base + path, { ...wanted, headers, credentials, signal, cache: "no-store" });
    clock.note(response.headers.get("date"), sentAt, environment.now());
    return response;
  }

  return {
    async send(name, input, signal) {
      const wanted = requestOf(name, input);
      const limit = new AbortController();
      const abort = () => limit.abort();
      if (signal?.aborted) abort();
      signal?.addEventListener("abort", abort);
      const cancel = environment.setTimer(abort, timeoutMs);
      try {
        return await answerOf(await ask(wanted, limit.signal));
      } catch (error) {
        throw failureOf(error);
      } finally {
        cancel();
        signal?.removeEventListener("abort", abort);
      }
    },
    async open(name, input, { headers, signal }) {
      const response = await ask(requestOf(name, input), signal, headers).catch((error: unknown) => {
        throw failureOf(error);
      });
      if (!response.ok) await answerOf(response);
      return response;
    },
  };
}

/** @throws RequestError */
async function answerOf(response: Response): Promise<Fields> {
  const { status, ok } = response;
  const retryAfterMs = retryAfterOf(response.headers.get("retry-after"));
  const body = parsed(await response.text());
  if (ok && body?.success === true) return withDates(body) as Fields;
  if (ok || body === undefined) throw notAnAnswer(status, retryAfterMs);
  throw refusalOf(status, body, retryAfterMs);
}

function parsed(text: string): Fields | undefined {
  try {
    // JSON that is not an object has none of the fields of an answer.
    return (JSON.parse(text) as Fields | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Problem details, or the envelope, which a host's own errors and those of a stream come in. */
export function refusalOf(status: number, body: Fields, retryAfterMs: number | null): RequestError {
  const code = body.code ?? body.scenario;
  if (typeof code !== "string") return notAnAnswer(status, retryAfterMs);
  return new RequestError(code, {
    status,
    message: String(body.detail ?? body.message ?? code),
    details: (withDates(body.details) ?? {}) as Fields,
    recoverable: body.recoverable === true,
    transient: body.transient === true || (body.transient === undefined && retryAfterMs !== null),
    retryAfterMs,
  });
}

/** Seconds. A date, which other servers may send, says no more than that it is to be later. */
const retryAfterOf = (header: string | null): number | null => (Number(header) > 0 ? Number(header) * 1000 : null);
