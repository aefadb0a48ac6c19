/** A flaw that a store might have: a place in the source, and what stands there instead. */
export interface Mutant {
  readonly flaw: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Each of them must be caught by the interleavings. */
export const mutants: readonly Mutant[] = [
  {
    flaw: "takes a record whatever its version",
    file: "store/base.ts",
    find: "if (record.version <= (records.get(key)?.version ?? 0)) return false;",
    replace: "",
  },
  {
    flaw: "drops a command at its answer, and waits for the feed to bring what it did",
    file: "store/store.ts",
    find: "for (const into of bases()) for (const record of records) into.put(record);\n      list.settle(command.key,",
    replace: "list.remove(command.key);\n      list.settle(command.key,",
  },
  {
    flaw: "does not send a command again that had no answer",
    file: "store/outbox.ts",
    find: "if (!isAgain(error, mayHaveReached)) {",
    replace: "if (true) {",
  },
  {
    flaw: "sends a command again with another key",
    file: "store/outbox.ts",
    find: "idempotencyKey: command.key }",
    replace: "idempotencyKey: failures === 1 ? command.key : options.newId() }",
  },
  {
    flaw: "forgets the commands of the page before a reload",
    file: "store/outbox.ts",
    find: "const kept = await keys.entries(prefix).catch(() => []);",
    replace: "const kept: readonly (readonly [string, string])[] = [];",
  },
  {
    flaw: "goes on after a reset without reading anything anew",
    file: "feed/feed.ts",
    find: "    void readLists(generation, asked);",
    replace: "    if (!store.hasBegun()) void readLists(generation, asked);",
  },
  {
    flaw: "keeps what it had after a reset",
    file: "store/store.ts",
    find: "base = fresh ?? base;",
    replace: "for (const key of fresh?.keys() ?? []) base.put(fresh?.recordOf(key) as ClientRecord);",
  },
  {
    flaw: "takes an expired hold along into the next version",
    file: "store/entries.ts",
    find: "asOf(before, at.getTime())",
    replace: "before",
  },
  {
    flaw: "shows a refused command until the feed comes",
    file: "store/store.ts",
    find: "list.remove(command.key);\n      const told",
    replace: "const told",
  },
  {
    flaw: "shows what was given up for ever",
    file: "store/outbox.ts",
    find: "    store.refuse(command, undefined);\n    void options.reread",
    replace: "    void options.reread",
  },
  {
    flaw: "goes on sending what was given up",
    file: "store/outbox.ts",
    find: "    course.stop.abort();\n    store.refuse",
    replace: "    store.refuse",
  },
  {
    flaw: "sends what was given up again after a reload",
    file: "store/outbox.ts",
    find: "if (!outcome) return new Promise(() => {});\n",
    replace:
      'if (outcome === undefined) return new Promise(() => {});\n    if ("error" in outcome && outcome.error.code === "not_sent") {\n      onOutcome(outcome);\n      throw outcome.error;\n    }\n',
  },
  {
    flaw: "takes a plain 500 for a refusal once its user is signed out",
    file: "store/outbox.ts",
    find: "status < 400 || status >= 500 ||",
    replace: "status === 0 || status >= 502 ||",
  },
  {
    flaw: "takes being signed out after a reload for a refusal",
    file: "store/outbox.ts",
    find: "mayHaveReached = isKept;",
    replace: "mayHaveReached = false;",
  },
  {
    flaw: "begins each stream at the end of the feed",
    file: "feed/connection.ts",
    find: "await listener.begin();\n  } catch (thrown)",
    replace:
      'if (listener.cursor() === undefined) await listener.begin();\n    else listener.news([], (await options.send("changes", { after: "end" })).cursor as string);\n  } catch (thrown)',
  },
  {
    flaw: "loses what the feed brings while a list is read",
    file: "store/store.ts",
    find: "if (heeding.delete(kept)) apply(kept);",
    replace: "heeding.delete(kept);",
  },
  {
    flaw: "shows a time as asked for that it has already booked",
    file: "store/effect-parts.ts",
    find: "if (ownOf(command, seen) || !allows(",
    replace: "if (!allows(",
  },
  {
    flaw: "counts a version for an acceptance that the server may refuse",
    file: "store/request-effects.ts",
    find: 'return appointmentBecomes(command, seen, { status: "confirmed" });',
    replace:
      'return appointmentBecomes(command, seen, { status: "confirmed" }).map((it) => ({ ...it, version: it.version + 1 }));',
  },
  {
    flaw: "shows the slots of a request as free",
    file: "store/request-effects.ts",
    find: "return [made, ...heldFor(made, slots, now)];",
    replace: "return [made];",
  },
  {
    flaw: "keeps the slots of a request that is over as they were",
    file: "store/outbox.ts",
    find: "[...known.slotIds, ...slotsAskedFor(known)]",
    replace: "known.slotIds",
  },
  {
    flaw: "holds the slots of a request for longer than it lasts",
    file: "store/request-effects.ts",
    find: "mostHeld && until && until < mostHeld ? until : mostHeld",
    replace: "mostHeld",
  },
  {
    flaw: "takes the first slot that was asked for, whether or not it is free",
    file: "store/request-effects.ts",
    find: "!seen.slot(id) || taken(command, seen, [id])",
    replace: "true",
  },
  {
    flaw: "does not take a slot that is held for the appointment",
    file: "store/effect-parts.ts",
    find: " && !isHeldFor(appointment, slot);",
    replace: ";",
  },
  {
    flaw: "gives back a slot that is held for somebody else",
    file: "store/effect-parts.ts",
    find: "(!hold || hold.expiresAt.getTime() === end.getTime())",
    replace: "true",
  },
  {
    flaw: "keeps the slot of the offer before",
    file: "store/request-effects.ts",
    find: "    ...endOffer(command, seen, now),\n  ]);",
    replace: "  ]);",
  },
  {
    flaw: "lets go of what a request holds with its offer",
    file: "store/request-effects.ts",
    find: 'until ? { ...slot, status: "held", hold: holdUntil(until) } : slot',
    replace: "slot",
  },
  {
    flaw: "holds what was asked for no longer than an offer of it",
    file: "store/request-effects.ts",
    find: "asWish && asWish > expiresAt ? asWish : expiresAt",
    replace: "expiresAt",
  },
  {
    flaw: "takes a hold that was broken for that of the request",
    file: "store/request-effects.ts",
    find: " || (hold && hold.expiresAt < heldUntil)",
    replace: "",
  },
  {
    flaw: "keeps an offer that was answered",
    file: "store/effect-parts.ts",
    find: "appointment.request && { ...appointment.request, offer: null }",
    replace: "appointment.request",
  },
  {
    flaw: "keeps the slot of an offer that was not taken",
    file: "store/request-effects.ts",
    find: "        ...endOffer(command, seen, now),\n",
    replace: "",
  },
  {
    flaw: "books an offer at the time that was asked for",
    file: "store/request-effects.ts",
    find: "agreed(command, seen, [slotId], { start, end })",
    replace: "agreed(command, seen, [slotId])",
  },
  {
    flaw: "shows a broken hold as one",
    file: "store/effects.ts",
    find: 'slotBecomes(command, seen, inputOf(command).block ? "blocked" : "available", null)',
    replace: "[]",
  },
  {
    flaw: "takes the times of an offer from the feed as text",
    file: "store/entries.ts",
    find: "[field, fieldWithDates(field, to)]",
    replace: '[field, field === "request" ? to : fieldWithDates(field, to)]',
  },
  {
    flaw: "shows a withdrawn slot",
    file: "client.ts",
    find: 'statuses === undefined ? status !== "withdrawn" : statuses.includes(status)',
    replace: "statuses === undefined || statuses.includes(status)",
  },
  {
    flaw: "takes the hours of a provider for a slot",
    file: "store/entries.ts",
    find: 'entry.recordKind !== "availability"',
    replace: "true",
  },
  {
    flaw: "does not learn from the feed that a hold was extended",
    file: "store/entries.ts",
    find: "const fields = Object.entries(changes).map(",
    replace: 'const fields = Object.entries(changes).filter(([field]) => field !== "hold" || "status" in changes).map(',
  },
];
