import type { Actor, ActorEngine, Engine } from "@slotwright/core";
import { HttpError } from "./errors.ts";

/** Half of the actors whose engines are kept. */
const generation = 500;

/**
 * The engine in the name of an actor. It is kept for a while, because people send many requests, and making one took 3 % of
 * the time of a booking.
 */
export function engineOfEachActor(engine: Pick<Engine<never, unknown>, "as">): (actor: Actor) => ActorEngine {
  // Two generations, the older of which goes as a whole.
  let [current, previous] = [new Map<string, ActorEngine>(), new Map<string, ActorEngine>()];
  return (actor) => {
    const name = JSON.stringify(actor);
    const known = current.get(name);
    if (known !== undefined) return known;
    const made = previous.get(name) ?? engineAs(engine, actor);
    if (current.size >= generation) [current, previous] = [new Map(), current];
    current.set(name, made);
    return made;
  };
}

/** An invalid actor is the host's mistake, and not the caller's. */
function engineAs(engine: Pick<Engine<never, unknown>, "as">, actor: Actor): ActorEngine {
  try {
    return engine.as(actor) as ActorEngine;
  } catch (error) {
    throw new HttpError("internal_error", {}, {}, error);
  }
}
