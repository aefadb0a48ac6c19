import * as fc from "fast-check";
import { type Act, acts, actsOfOthers } from "./acts.ts";
import type { Fate, TestServer } from "./server.ts";

/** One thing that happens. `settles`: all that does not wait comes to rest before the next one. */
export type Step = { readonly settles: boolean } & (
  | (Act & {
      readonly kind: "give" | "others";
      /** What happens to its request, if nothing else is sent before it. */
      readonly fate: Fate;
    })
  /** A command is given where nothing else is going on. */
  | (Act & { readonly kind: "calm" })
  | { readonly kind: "fate"; readonly fates: readonly Fate[] }
  | { readonly kind: "pump"; readonly most: number; readonly cutAt: readonly number[] }
  /** A late answer comes, or a person gives up a command: the one at this place. */
  | { readonly kind: "release" | "giveUp"; readonly place: number }
  | { readonly kind: "cut"; readonly streams: TestServer["streams"] }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "restore"; readonly to: number }
  /** `isSlow`: the first list that is read afterwards comes late. */
  | { readonly kind: "reset" | "reload"; readonly isSlow: boolean }
  /** `policies`: the server has policies from now on, or has none again. */
  | { readonly kind: "rewind" | "save" | "policies" }
);

const small = fc.nat(7);
const fate = fc.constantFrom<Fate>("through", "lost", "unanswered", "garbled", "signedOut", "late", "late");
/** Among the slots at first, or those that were published since. */
const slot = fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.integer({ min: 3, max: 4 }) });
const act = (kind: "give" | "others") => {
  const named = fc.constantFrom(...(kind === "others" ? actsOfOthers : acts));
  return fc.record({ kind: fc.constant(kind), act: named, slot, appointment: fc.nat(2), fate });
};

const calmly = fc.record({
  kind: fc.constant("calm" as const),
  act: fc.constantFrom(...acts),
  slot,
  appointment: fc.nat(2),
});
const wait = fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(100, 1_000, 5_000, 31_000) });

const happening = fc.oneof(
  { weight: 2, arbitrary: calmly },
  { weight: 8, arbitrary: act("give") },
  { weight: 5, arbitrary: act("others") },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("fate" as const), fates: fc.array(fate, { minLength: 1, maxLength: 4 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("pump" as const),
      most: fc.integer({ min: 1, max: 3 }),
      cutAt: fc.array(fc.nat(2000), { maxLength: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("release" as const), place: small }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("giveUp" as const), place: small }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("cut" as const),
      streams: fc.constantFrom("open" as const, "refused" as const),
    }),
  },
  { weight: 4, arbitrary: wait },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restore" as const), to: small }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("reset" as const, "reload" as const),
      isSlow: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("rewind" as const, "save" as const, "save" as const, "policies" as const),
    }),
  },
);

/** Nothing goes wrong, and each thing comes to rest before the next one. */
const orderly = fc.oneof(
  { weight: 6, arbitrary: calmly },
  { weight: 2, arbitrary: act("others") },
  { weight: 1, arbitrary: wait },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("policies" as const) }) },
);

const size = { minLength: 1, maxLength: 24 };

/** A plan of things that happen one after the other. */
export const plan = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(
      fc.tuple(happening, fc.boolean()).map(([step, settles]): Step => ({ ...step, settles })),
      size,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.array(
      orderly.map((step): Step => ({ ...step, settles: true })),
      size,
    ),
  },
);

const first = { slot: 0, appointment: 0, fate: "through", settles: true } as const;
const news: Step = { kind: "pump", most: 3, cutAt: [], settles: true };

const calm = { slot: 0, appointment: 0, kind: "calm", settles: true } as const;

/** Plans that random ones rarely come upon, each of them played before those. */
const writtenPlans: readonly (readonly Step[])[] = [
  // The answer to a command comes when the feed has brought a later version.
  [
    { ...first, kind: "give", act: "block", fate: "late" },
    { ...first, kind: "others", act: "unblock" },
    news,
    { kind: "release", place: 0, settles: true },
  ],
  // A slot is booked whose hold has expired, of which the entry says nothing.
  [
    { ...first, kind: "others", act: "hold" },
    news,
    { kind: "wait", ms: 31_000, settles: true },
    { ...first, kind: "others", act: "book" },
    news,
  ],
  // The feed brings a booking while the list is read that is of before it.
  [
    { kind: "reset", isSlow: true, settles: true },
    news,
    { ...first, kind: "others", act: "book" },
    news,
    { kind: "release", place: 0, settles: true },
  ],
  // A page takes up a command that has taken effect, and is signed out.
  [
    { ...first, kind: "give", act: "book", fate: "unanswered" },
    { kind: "fate", fates: ["signedOut", "signedOut"], settles: false },
    { kind: "reload", isSlow: false, settles: true },
  ],
  // A stream is opened just when the server loses a commit that a list was read with.
  [
    { kind: "save", settles: false },
    { kind: "reload", isSlow: false, settles: false },
    { ...first, kind: "others", act: "book", settles: false },
    { kind: "restore", to: 0, settles: true },
  ],
  // A time is asked for because its slot is taken, and accepted, without a slot named, once it is free.
  [
    { ...first, kind: "others", act: "block" },
    { ...first, kind: "give", act: "bookOrAskForTime" },
    { ...first, kind: "others", act: "unblock" },
    { ...first, kind: "give", act: "accept", fate: "late" },
    news,
    { kind: "release", place: 0, settles: true },
  ],
  // What was asked for is accepted into a slot that somebody takes before the answer.
  [
    { ...first, kind: "others", act: "block" },
    { ...first, kind: "give", act: "bookOrAskForTime" },
    { ...first, kind: "others", act: "unblock" },
    { ...first, kind: "give", act: "acceptInto", fate: "lost" },
    { ...first, kind: "others", act: "bookTime" },
    news,
  ],
  // A time is booked without an answer, the feed brings it, and begins anew before it is sent again.
  [
    { ...first, kind: "give", act: "bookTime", fate: "unanswered" },
    news,
    { kind: "reset", isSlow: false, settles: true },
    news,
  ],
  // A hold outlasts its first end, because it was extended by another page of its holder.
  [
    { ...first, kind: "give", act: "hold" },
    { ...first, kind: "others", act: "extend" },
    news,
    { kind: "wait", ms: 31_000, settles: true },
    news,
  ],
  // A request holds its slot until it is accepted.
  [
    { ...calm, act: "requestHeld" },
    { ...calm, act: "accept" },
  ],
  // One of two slots is accepted, and the other one is free again.
  [
    { ...calm, act: "requestOneOf" },
    { ...calm, act: "accept" },
  ],
  // What is held for a request is free once it is declined, or cancelled.
  [
    { ...calm, act: "requestOneOf" },
    { ...calm, act: "decline" },
    { ...calm, act: "requestHeld" },
    { ...calm, act: "cancel" },
  ],
  // Other times are offered, one after the other, and the last one is taken.
  [
    { ...calm, act: "requestHeld" },
    { ...calm, act: "offer", slot: 1 },
    { ...calm, act: "offer", slot: 2 },
    { ...calm, act: "acceptOffer" },
  ],
  // A part of what is held is offered, and another time instead: it stays held as long as the request says.
  [
    { ...calm, act: "requestHeld" },
    { ...calm, act: "offer", slot: 0 },
    { ...calm, act: "offer", slot: 1 },
    { ...calm, act: "accept" },
  ],
  // The same for longer than the request says, and it is not taken.
  [
    { ...calm, act: "requestHeld" },
    { kind: "wait", ms: 15_000, settles: true },
    { ...calm, act: "offer", slot: 0 },
    { ...calm, act: "declineOffer" },
    { ...calm, act: "offer", slot: 0 },
    { ...calm, act: "offer", slot: 1 },
  ],
  // What it was held for is broken, and an offer alone holds it.
  [
    { ...calm, act: "requestHeld" },
    { ...calm, act: "breakHold", slot: 0 },
    { ...calm, act: "offer", slot: 0 },
    { ...calm, act: "declineOffer" },
  ],
  // An offer is not taken. The next one runs out, and somebody books its slot.
  [
    { ...calm, act: "requestTime" },
    { ...calm, act: "offer", slot: 1 },
    { ...calm, act: "declineOffer" },
    { ...calm, act: "offer", slot: 2 },
    { kind: "wait", ms: 31_000, settles: true },
    { ...calm, act: "acceptOffer" },
    { ...calm, act: "book", slot: 2 },
  ],
  // A request runs out, and what it held is free.
  [
    { ...calm, act: "requestOneOf" },
    { kind: "wait", ms: 31_000, settles: true },
    { ...calm, act: "accept" },
    { ...calm, act: "request" },
  ],
  // A hold for a request is broken.
  [
    { ...calm, act: "requestHeld" },
    { ...calm, act: "breakHold" },
    { ...calm, act: "accept" },
  ],
  // The first of two slots is gone, and the second one is taken.
  [
    { ...calm, act: "requestOneOf" },
    { ...calm, act: "breakHoldAndBlock" },
    { ...calm, act: "accept" },
  ],
  // Somebody else holds the slot by now that was held for a request.
  [
    { ...calm, act: "requestHeld" },
    { ...calm, act: "breakHold" },
    { kind: "wait", ms: 1_000, settles: true },
    { ...calm, act: "hold" },
    { ...calm, act: "cancel" },
  ],
  // Slots are published, one of them is booked, and the others are withdrawn.
  [
    { ...first, kind: "others", act: "setAvailability", slot: 1 },
    { ...first, kind: "others", act: "publishSlots" },
    news,
    { ...calm, act: "book", slot: 3 },
    { ...first, kind: "others", act: "setAvailability", slot: 3 },
    { ...first, kind: "others", act: "publishSlots" },
    news,
    { ...calm, act: "cancel" },
  ],
  // A slot is withdrawn while somebody is about to book it, and published again.
  [
    { ...first, kind: "others", act: "setAvailability" },
    { ...first, kind: "others", act: "publishSlots" },
    news,
    { ...first, kind: "give", act: "hold", slot: 3, fate: "late" },
    { ...first, kind: "others", act: "setAvailability", slot: 3 },
    { kind: "wait", ms: 31_000, settles: true },
    { ...first, kind: "others", act: "publishSlots" },
    { ...first, kind: "give", act: "book", slot: 3, fate: "lost" },
    { ...first, kind: "others", act: "setAvailability" },
    { ...first, kind: "others", act: "publishSlots" },
    news,
    { kind: "release", place: 0, settles: true },
  ],
  // The server loses what was published, and publishes it again under the same ids.
  [
    { kind: "save", settles: false },
    { ...first, kind: "others", act: "setAvailability" },
    { ...first, kind: "others", act: "publishSlots" },
    { ...first, kind: "others", act: "block", slot: 3 },
    news,
    { kind: "restore", to: 0, settles: true },
    { ...first, kind: "others", act: "setAvailability" },
    { ...first, kind: "others", act: "publishSlots" },
    news,
  ],
  // What is shown at once is taken back if a policy refuses it, which a page does not know.
  [
    { ...calm, act: "book" },
    { kind: "policies", settles: true },
    { ...calm, act: "book", slot: 1 },
    { ...calm, act: "hold", slot: 1 },
    { ...calm, act: "requestHeld", slot: 1 },
    { ...calm, act: "reschedule", slot: 2 },
  ],
  // What was asked for is too close to what somebody has booked since, so that it is not accepted.
  [
    { ...calm, act: "requestTime", slot: 1 },
    { kind: "policies", settles: true },
    { ...first, kind: "others", act: "book" },
    news,
    { ...calm, act: "accept" },
    { ...calm, act: "accept", appointment: 1 },
  ],
  // The refusal of a policy is lost, and the next attempt is refused when the feed has brought what is in the way.
  [
    { kind: "policies", settles: true },
    { ...first, kind: "others", act: "book" },
    { ...first, kind: "give", act: "book", slot: 1, fate: "unanswered" },
    { ...first, kind: "give", act: "hold", slot: 1, fate: "late" },
    news,
    { kind: "release", place: 0, settles: true },
  ],
  // A command is given up while the page is loading: a list has its appointment, and an older read has not.
  [
    { kind: "reload", isSlow: true, settles: false },
    { ...first, kind: "give", act: "cancel", slot: 3, fate: "late", settles: false },
    { ...first, kind: "give", act: "requestTime", fate: "through", settles: false },
    { kind: "giveUp", place: 0, settles: false },
    { ...first, kind: "others", act: "book", settles: false },
    { kind: "pump", most: 1, cutAt: [], settles: false },
  ],
  // An offer comes by the feed, and its subject takes it.
  [
    { ...first, kind: "others", act: "requestTime" },
    { ...first, kind: "others", act: "offer", slot: 1 },
    news,
    { ...calm, act: "acceptOffer" },
  ],
];

/** The written plans, as fast-check takes them. */
export const examples = writtenPlans.map((steps): [Step[]] => [[...steps]]);
