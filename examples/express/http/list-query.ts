import type { Request } from "express";

/**
 * A query string as the engine's lists take it: `providerId` and `status` may come several times, and numbers are
 * numbers. Everything else goes on as it came, so that the engine refuses what it does not know.
 */
export function listInputOf({ query }: Request): object {
  const { providerId, status, limit, ...others } = query;
  return {
    ...others,
    ...(providerId !== undefined && { providerIds: [providerId].flat() }),
    ...(status !== undefined && { statuses: [status].flat() }),
    ...(limit !== undefined && { limit: numberIn(limit) }),
  };
}

function numberIn(text: unknown): unknown {
  return typeof text === "string" && /^\d{1,9}$/.test(text) ? Number(text) : text;
}
