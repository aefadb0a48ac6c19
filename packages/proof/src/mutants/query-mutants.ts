import type {
  AppointmentQuery,
  JournalPage,
  JournalsQuery,
  OpenQuery,
  Position,
  SlotQuery,
} from "@slotwright/core/adapter";
import { type Mutant, withCalls } from "./mutant.ts";

type Changed<Query> = Readonly<Record<string, (query: Query) => Query>>;

const later = (time: Date | undefined, ms: number) =>
  time === undefined ? {} : { time: new Date(time.getTime() + ms) };

function moved<Query extends object>(name: keyof Query & string, ms: number): (query: Query) => Query {
  return (query) => {
    const { time } = later(query[name] as Date | undefined, ms);
    return time === undefined ? query : { ...query, [name]: time };
  };
}

function without<Query extends object>(name: keyof Query & string): (query: Query) => Query {
  return ({ [name]: _, ...rest }) => rest as Query;
}

function firstOnly<Query extends object>(name: keyof Query & string): (query: Query) => Query {
  return (query) => {
    const all = query[name] as readonly unknown[] | undefined;
    return all === undefined ? query : { ...query, [name]: all.slice(0, 1) };
  };
}

function lowered<Query extends object>(name: keyof Query & string): (query: Query) => Query {
  return (query) => {
    const value = query[name] as string | readonly string[] | undefined;
    if (value === undefined) return query;
    return {
      ...query,
      [name]: typeof value === "string" ? value.toLowerCase() : value.map((one) => one.toLowerCase()),
    };
  };
}

const beforePlace = ({ after, ...query }: { readonly after?: Position }) => ({
  ...query,
  ...(after && { after: { ...after, id: "" } }),
});

const behindStart = ({ after, ...query }: { readonly after?: Position }) => ({
  ...query,
  ...(after && { after: { ...after, id: "\u{10ffff}" } }),
});

/** What lists of slots, of free seats and of appointments have in common. */
function commonChanges<Query extends SlotQuery | OpenQuery | AppointmentQuery>(): Changed<Query> {
  return {
    "leaves out those that start at startFrom": moved<Query>("startFrom", 1),
    "has those that start before startFrom": moved<Query>("startFrom", -1),
    "has those that start at startBefore": moved<Query>("startBefore", 1),
    "leaves out those that start right before startBefore": moved<Query>("startBefore", -1),
    "does not restrict by startFrom": without<Query>("startFrom"),
    "does not restrict by startBefore": without<Query>("startBefore"),
    "does not restrict by facility": without<Query>("facilityId"),
    "does not restrict by providers": without<Query>("providerIds"),
    "knows one provider": firstOnly<Query>("providerIds"),
    "always begins at the beginning": without<Query>("after"),
    "repeats those of the same start on the next page": (query) => beforePlace(query) as Query,
    "skips those of the same start on the next page": (query) => behindStart(query) as Query,
    "runs one way": without<Query>("descending"),
    "looks for lower case providers": lowered<Query>("providerIds"),
    "looks for a lower case facility": lowered<Query>("facilityId"),
    "has one more than the limit": (query) => ({ ...query, limit: query.limit + 1 }),
    "has one less than the limit": (query) => ({ ...query, limit: Math.max(query.limit - 1, 1) }),
  };
}

function statusChanges<Query extends SlotQuery | AppointmentQuery>(): Changed<Query> {
  return {
    "does not restrict by statuses": without<Query>("statuses"),
    "knows one status": firstOnly<Query>("statuses"),
  };
}

function holdChanges<Query extends SlotQuery | OpenQuery>(): Changed<Query> {
  return {
    "lets holds expire a second early": moved<Query>("asOf", 1000),
    "lets holds expire a second late": moved<Query>("asOf", -1000),
    "lets holds expire a millisecond early": moved<Query>("asOf", 1),
    "lets holds expire a millisecond late": moved<Query>("asOf", -1),
  };
}

const slotChanges: Changed<SlotQuery> = {
  ...commonChanges<SlotQuery>(),
  ...statusChanges<SlotQuery>(),
  ...holdChanges<SlotQuery>(),
  "has those that end at endAfter": moved<SlotQuery>("endAfter", -1),
  "leaves out those that end right after endAfter": moved<SlotQuery>("endAfter", 1),
  "does not restrict by endAfter": without<SlotQuery>("endAfter"),
  "does not restrict by schedule": without<SlotQuery>("scheduleId"),
  "does not restrict by holder": without<SlotQuery>("holderId"),
  "looks for a lower case holder": lowered<SlotQuery>("holderId"),
};

const openChanges: Changed<OpenQuery> = { ...commonChanges<OpenQuery>(), ...holdChanges<OpenQuery>() };

const appointmentChanges: Changed<AppointmentQuery> = {
  ...commonChanges<AppointmentQuery>(),
  ...statusChanges<AppointmentQuery>(),
  "does not restrict by subject": without<AppointmentQuery>("subjectId"),
  "looks for a lower case subject": lowered<AppointmentQuery>("subjectId"),
};

/** Changes each page. */
const paged =
  (change: (page: JournalPage, descending: boolean) => JournalPage) =>
  ({ pages, descending = false }: JournalsQuery): JournalsQuery => ({
    pages: pages.map((page) => change(page, descending)),
    descending,
  });

const shifted = ({ afterVersion, ...page }: JournalPage, by: number): JournalPage => ({
  ...page,
  ...(afterVersion !== undefined && { afterVersion: afterVersion + by }),
});

const journalChanges: Changed<JournalsQuery> = {
  "always begins at the beginning": paged(without<JournalPage>("afterVersion")),
  "repeats the last version": paged((page, descending) => shifted(page, descending ? 1 : -1)),
  "skips a version": paged((page, descending) => shifted(page, descending ? -1 : 1)),
  "runs one way": without<JournalsQuery>("descending"),
  "has one more than the limit": paged((page) => ({ ...page, limit: page.limit + 1 })),
  "has one less than the limit": paged((page) => ({ ...page, limit: Math.max(page.limit - 1, 1) })),
  "looks for a lower case record": paged(({ record: { kind, id }, ...page }) => ({
    ...page,
    record: { kind, id: id.toLowerCase() },
  })),
  "mixes slots and appointments up": paged(({ record: { kind, id }, ...page }) => ({
    ...page,
    record: { kind: kind === "slot" ? "appointment" : "slot", id },
  })),
  "reads all pages with the limit of the first": ({ pages, ...query }) => ({
    ...query,
    pages: pages.map((page) => ({ ...page, limit: pages[0]?.limit ?? page.limit })),
  }),
  "begins all pages after the version of the first": ({ pages, ...query }) => ({
    ...query,
    pages: pages.map(({ record, limit }) => ({ ...pages[0], record, limit })),
  }),
};

const lists = ["findSlots", "findOpen", "findAppointments", "readJournals"] as const;

function mutantsOf<Query>(list: (typeof lists)[number], changes: Changed<Query>): readonly Mutant[] {
  return Object.entries(changes).map(([name, change]) => ({
    key: `${list} ${name}`,
    breakIt: withCalls((storage) => ({
      [list]: (query: Query, call?: never) => storage[list](change(query) as never, call) as never,
    })),
  }));
}

/** What is wrong with the order, or with what is found. */
const answerChanges: Readonly<Record<string, (items: readonly never[]) => readonly never[]>> = {
  "is in the reverse order": (items) => items.toReversed(),
  "loses the last item": (items) => items.slice(0, -1),
  "has the first item twice": (items) => [...items.slice(0, 1), ...items],
};

const answerMutants: readonly Mutant[] = lists.flatMap((list) =>
  Object.entries(answerChanges).map(([name, change]) => ({
    key: `${list} ${name}`,
    breakIt: withCalls((storage) => ({
      async [list](query: never, call?: never) {
        const answer = (await storage[list](query, call)) as readonly never[];
        return list === "readJournals" ? answer.map(change) : change(answer);
      },
    })),
  })),
);

const pageMutants: readonly Mutant[] = ["is in the reverse order", "has the first item twice"].map((name) => ({
  key: `readJournals has pages, and their list ${name}`,
  breakIt: withCalls((storage) => ({
    async readJournals(query, call) {
      const pages = await storage.readJournals(query, call);
      return (answerChanges[name]?.(pages as readonly never[]) ?? pages).slice(0, pages.length);
    },
  })),
}));

type Started = { readonly start: Date };

const byStartOnly = <One extends Started>(found: readonly One[], { descending }: OpenQuery): readonly One[] => {
  const direction = descending ? -1 : 1;
  return found.toReversed().sort((a, b) => direction * (a.start.getTime() - b.start.getTime()));
};

export const queryMutants: readonly Mutant[] = [
  ...mutantsOf("findSlots", slotChanges),
  ...mutantsOf("findOpen", openChanges),
  ...mutantsOf("findAppointments", appointmentChanges),
  ...mutantsOf("readJournals", journalChanges),
  ...answerMutants,
  ...pageMutants,
  {
    key: "findSlots has no order of those that start together",
    breakIt: withCalls((storage) => ({
      findSlots: async (query, call) => byStartOnly(await storage.findSlots(query, call), query),
    })),
  },
  {
    key: "findOpen has no order of those that start together",
    breakIt: withCalls((storage) => ({
      findOpen: async (query, call) => byStartOnly(await storage.findOpen(query, call), query),
    })),
  },
];
