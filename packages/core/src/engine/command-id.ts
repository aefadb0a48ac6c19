import { hash } from "node:crypto";
import type { Actor, IdempotencyScope } from "../model/values.ts";

/**
 * The id under which a command takes effect once. In the scope of an actor it is the key, and a hash that tells actors
 * apart: two patients who send `1` do not meet. Actors of one hash do no harm, because a repeat must also be the same
 * request, and the actor is part of that.
 */
export function commandIdOf(key: string, actor: Actor, scope: IdempotencyScope): string {
  return scope === "host"
    ? key
    : `${key}@${hash("sha256", `${actor.kind}\n${actor.id}`, "base64url").slice(0, tagLength)}`;
}

const tagLength = 11;
