import { setImmediate as nextTurn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { CommandInput } from "@slotwright/core";
import { commandIdOf } from "@slotwright/core/checking";
import type { Desk, Settled } from "./ledger.ts";

/** A slot that the callers saw on their screens before the race. */
export interface Wish {
  readonly slotId: string;
  readonly providerId: string;
  readonly facilityId: string;
  readonly start: string;
  readonly end: string;
}

/** How a caller books: in one of four ways that a host application has, so that all of them meet in one race. */
export const manners = ["by slot", "by time", "hold first", "sends twice"] as const;
export type Manner = (typeof manners)[number];

export interface Caller {
  readonly id: string;
  readonly manner: Manner;
}

type Booking = CommandInput<"book"> & { readonly idempotencyKey: string };

/**
 * Everybody wants the first slot. A caller who does not get it tries the others, until it has won one or none is left.
 */
export async function tryToBook(desk: Desk, caller: Caller, wishes: readonly Wish[]): Promise<void> {
  for (const [index, wish] of inOwnOrder(caller.manner === "by time" ? onePerTime(wishes) : wishes).entries()) {
    // A request comes over the network, so the event loop has turned in between. Without this, callers that are
    // answered at once would starve those that wait for the database.
    await nextTurn();
    if (await attempts[caller.manner]({ desk, caller, wish, key: `${caller.id}/${index + 1}` })) return;
  }
}

interface Attempt {
  readonly desk: Desk;
  readonly caller: Caller;
  readonly wish: Wish;
  readonly key: string;
}

const attempts: Readonly<Record<Manner, (attempt: Attempt) => Promise<boolean>>> = {
  "by slot": (attempt) => bookAndAskAgain(attempt, bySlot(attempt)),

  "by time": (attempt) => {
    const { providerId, facilityId, start, end } = attempt.wish;
    return bookAndAskAgain(attempt, { ...bookingOf(attempt), providerId, facilityId, start, end });
  },

  "hold first": async (attempt) => {
    const { desk, key, wish, caller } = attempt;
    const hold = { idempotencyKey: `${key}/hold`, actor: actorOf(caller), slotId: wish.slotId, seconds: 60 };
    const held = await desk.send("hold", hold);
    if ("error" in held) return false;
    return bookAndAskAgain(attempt, { ...bySlot(attempt), holdToken: held.result.holdToken });
  },

  "sends twice": async (attempt) => {
    const booking = bySlot(attempt);
    const both = [attempt.desk.send("book", booking), attempt.desk.send("book", booking, { repeated: true })];
    // If a node died while both were on their way, neither can know which of them took effect, and neither is marked.
    return sameTwice(attempt, await Promise.all(both), [0, 1]);
  },
};

/** Like a phone that lost the connection before it saw the answer. */
async function bookAndAskAgain(attempt: Attempt, booking: Booking): Promise<boolean> {
  const first = await attempt.desk.send("book", booking);
  if ("error" in first) return false;
  return sameTwice(attempt, [first, await attempt.desk.send("book", booking, { repeated: true })], [1]);
}

/** True if the caller has a booking. A request that is sent twice has one answer, of which so many are marked as a replay. */
function sameTwice(attempt: Attempt, both: readonly Settled<object>[], marked: readonly number[]): boolean {
  const results = both.flatMap((answer) => ("result" in answer ? [answer.result] : []));
  const [one, other] = results.map(withoutMark);
  if (one === undefined) return false;
  const marks = results.filter((result) => "replayed" in result).length;
  if (!marked.includes(marks) || !isDeepStrictEqual(one, other)) {
    const { desk, key, caller } = attempt;
    desk.complain(
      { commandId: commandIdOf(key, actorOf(caller), "actor"), command: "book", actorId: caller.id },
      "It was sent twice with one key, and got two different answers.",
    );
  }
  return true;
}

function withoutMark(answer: object): object {
  const { replayed: _, ...same } = answer as { readonly replayed?: true };
  return same;
}

const actorOf = ({ id }: Caller) => ({ kind: "patient", id });

const bookingOf = ({ caller, key }: Attempt) =>
  ({ actor: actorOf(caller), subjectId: caller.id, idempotencyKey: key }) as const;

const bySlot = (attempt: Attempt) => ({ ...bookingOf(attempt), slotId: attempt.wish.slotId });

function onePerTime(wishes: readonly Wish[]): readonly Wish[] {
  return [...new Map(wishes.map((wish) => [wish.start, wish])).values()];
}

function inOwnOrder([first, ...others]: readonly Wish[]): readonly Wish[] {
  const inAnyOrder = others.map((wish) => ({ wish, rank: Math.random() })).toSorted((a, b) => a.rank - b.rank);
  return [...(first === undefined ? [] : [first]), ...inAnyOrder.map(({ wish }) => wish)];
}
