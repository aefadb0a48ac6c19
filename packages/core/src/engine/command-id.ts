import { hash } from "node:crypto";
import type { Actor, IdempotencyScope } from "../model/values.ts";

/**
 * The id under which a command takes effect once. In the scope of an actor it is the key, and a hash that tells actors
 * apart: two patients who send `1` do not meet. Actors of one hash do no harm, because a repeat must also be the same
 * request, and the actor is part of that.
 */
export function commandIdOf(key: string, actor: Actor, scope: IdempotencyScope): string {
  return scope === "host" ? key : `${key}@${tagOf(`${actor.kind}\n${actor.id}`)}`;
}

const tagLength = 11;

/** A hash would be a twentieth of a refusal on SQLite, and most actors come again. */
const tags = new Map<string, string>();
const mostTags = 1_000;

function tagOf(actor: string): string {
  const known = tags.get(actor);
  if (known !== undefined) return known;
  if (tags.size === mostTags) tags.clear();
  const tag = hash("sha256", actor, "base64url").slice(0, tagLength);
  tags.set(actor, tag);
  return tag;
}
