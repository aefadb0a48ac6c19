import { isRequestError } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import type { Availability, InputIssue, PublishedSlots } from "@slotwright/core";
import { useEffect, useMemo, useState } from "react";
import { useNotices } from "../notices/notices.tsx";
import { whyRefused } from "../notices/why.ts";
import { type Draft, draftOf, hoursOf, noHours } from "./draft.ts";

export interface HoursPlace {
  readonly providerId: string;
  readonly facilityId: string;
  readonly timeZone: string;
}

/** What publishing would do; what is wrong with what was typed; that it would undo a change of others; or that it is not known. */
export type Effect =
  | { readonly name: "asking" | "outdated" }
  | { readonly name: "known"; readonly effect: PublishedSlots }
  | { readonly name: "invalid"; readonly issues: readonly InputIssue[] }
  | { readonly name: "unknown"; readonly problem: string };

export interface EditedHours {
  /** Null until they are read. */
  readonly draft: Draft | null;
  /** Why they could not be read. Null if they were. */
  readonly problem: string | null;
  readonly isChanged: boolean;
  readonly isBusy: boolean;
  readonly effect: Effect;
  readonly edit: (draft: Draft) => void;
  readonly discard: () => void;
  readonly publish: () => void;
}

/** The hours of a provider at a facility, as somebody edits them, with what publishing them would do. */
export function useHours(place: HoursPlace, until: Date): EditedHours {
  const stored = useStored(place);
  const { availability } = stored;
  const [edited, setEdited] = useState<Edited | null>(null);
  const [isBusy, setBusy] = useState(false);
  const before = useMemo(() => draftIn(availability), [availability]);
  const draft = edited?.draft ?? before;
  // What is saved here comes back as news, too.
  const isOutdated = edited !== null && !isBusy && !isSame(edited.begunOn, availability);
  const effect = useEffectOf(place, draft, until, availability);
  const save = usePublish(place, until);

  function publish(): void {
    if (draft === null || isBusy || isOutdated) return;
    setBusy(true);
    void save(draft, availability?.version ?? 0)
      .then((isSaved) => isSaved && setEdited(null))
      .finally(() => {
        stored.read();
        setBusy(false);
      });
  }
  return {
    draft,
    problem: stored.problem,
    isChanged: edited !== null,
    isBusy,
    effect: isOutdated ? { name: "outdated" } : effect,
    edit: (next) => setEdited((known) => ({ draft: next, begunOn: known === null ? availability : known.begunOn })),
    discard: () => setEdited(null),
    publish,
  };
}

/** What somebody has typed, and the hours on which they began. */
interface Edited {
  readonly draft: Draft;
  readonly begunOn: Stored["availability"];
}

/** Publishing writes the record as well, and leaves the hours as they are. */
const isSame = (one: Stored["availability"], other: Stored["availability"]): boolean =>
  one?.version === other?.version || contentOf(one) === contentOf(other);

const contentOf = (availability: Stored["availability"]): string =>
  JSON.stringify([availability?.hours, availability?.timeZone]);

const draftIn = (availability: Availability | null | undefined): Draft | null =>
  availability === undefined ? null : availability === null ? noHours : draftOf(availability.hours);

interface Stored {
  /** Null: there are none. Undefined: they are not read yet. */
  readonly availability: Availability | null | undefined;
  readonly problem: string | null;
}

/** Read again when somebody has set them. */
function useStored({ providerId, facilityId, timeZone }: HoursPlace): Stored & { readonly read: () => void } {
  const client = useClient();
  const [stored, setStored] = useState<Stored>({ availability: undefined, problem: null });
  const [times, setTimes] = useState(0);
  const read = () => setTimes((before) => before + 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time it is asked for.
  useEffect(() => {
    let isOver = false;
    client.calls.getAvailability({ providerId, facilityId }).then(
      (availability) => isOver || setStored({ availability, problem: null }),
      (error: unknown) => {
        if (isOver) return;
        if (isRequestError(error, "availability_not_found")) setStored({ availability: null, problem: null });
        else setStored((known) => ({ ...known, problem: whyRefused(error, timeZone) }));
      },
    );
    const leave = client.onNews((entries) => {
      const isOurs = entries.some(
        (entry) => entry.recordKind === "availability" && entry.providerIds?.includes(providerId),
      );
      // Nothing at all: the feed has begun anew.
      if (isOurs || entries.length === 0) read();
    });
    return () => {
      isOver = true;
      leave();
    };
  }, [client, providerId, facilityId, timeZone, times]);
  return { ...stored, read };
}

/** Of what is typed in one go, one question is made. */
const gatherMs = 350;
const againMs = 3_000;

function useEffectOf(place: HoursPlace, draft: Draft | null, until: Date, stored: unknown): Effect {
  const { calls } = useClient();
  const [effect, setEffect] = useState<Effect>({ name: "asking" });
  const { providerId, facilityId, timeZone } = place;
  const untilMs = until.getTime();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was published meanwhile changes what is to be done.
  useEffect(() => {
    if (draft === null) return;
    let isOver = false;
    const become = (next: Effect) => isOver || setEffect(next);
    let timer = setTimeout(ask, gatherMs);
    function ask(): void {
      become({ name: "asking" });
      const wanted = { providerId, facilityId, timeZone, hours: hoursOf(draft as Draft), until: new Date(untilMs) };
      calls
        .setAvailability({ ...wanted, dryRun: true })
        .then(
          ({ effect: known }) => become(known === undefined ? { name: "asking" } : { name: "known", effect: known }),
          failed,
        );
    }
    function failed(error: unknown): void {
      become(effectOfError(error, timeZone));
      if (!isOver && isRequestError(error) && error.transient) timer = setTimeout(ask, againMs);
    }
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [calls, providerId, facilityId, timeZone, draft, untilMs, stored]);
  return effect;
}

function effectOfError(error: unknown, zone: string): Effect {
  if (!isRequestError(error, "invalid_input")) return { name: "unknown", problem: whyRefused(error, zone) };
  const { issues = [] } = error.details as { readonly issues?: readonly InputIssue[] };
  return { name: "invalid", issues };
}

/** Sets the hours, and makes the slots agree with them. Resolves with whether the hours were set. */
function usePublish({ providerId, facilityId, timeZone }: HoursPlace, until: Date) {
  const { calls, commands } = useClient();
  const { refused, told } = useNotices();
  return async function publish(draft: Draft, ifVersion: number): Promise<boolean> {
    const place = { providerId, facilityId };
    try {
      // It is sent until there is an answer. One that is lost says nothing about whether they were set.
      await commands.setAvailability({ ...place, timeZone, hours: hoursOf(draft), ifVersion });
    } catch (error) {
      refused(error, { what: "The hours were not set." });
      return false;
    }
    try {
      const { created, withdrawn, outsideCount } = await calls.publishSlots({ ...place, until });
      const text = outsideCount === 0 ? "" : `${outsideCount} that are taken lie outside of the hours, and stay.`;
      told(`The hours are set: ${created} slots are new, ${withdrawn} are withdrawn.`, { text });
    } catch (error) {
      const isOpen = isRequestError(error) && (error.status === 0 || error.code === "outcome_unknown");
      const published = isOpen ? "it is not known whether the slots were published" : "the slots were not published";
      refused(error, { what: `The hours are set, and ${published}. Publish them again.` });
    }
    return true;
  };
}
