import { useAppointments } from "@slotwright/client/react";
import type { OpenSlot } from "@slotwright/core";
import { useMemo, useState } from "react";
import "../../styles/controls.css";
import { useNames } from "../../directory/use-names.ts";
import { useDirectory } from "../../person.ts";
import { useRoute } from "../../shell/route.ts";
import { addDays, dateOf } from "../../time/days.ts";
import { formatWhen } from "../../time/format.ts";
import { BookingDialog } from "../book/booking-dialog.tsx";
import { ChoicesDialog } from "../book/choices-dialog.tsx";
import { holdSeconds } from "../book/hold-seconds.ts";
import { LengthDialog } from "../book/length-dialog.tsx";
import { RequestDialog } from "../book/request-dialog.tsx";
import { useBook } from "../book/use-book.ts";
import { type Hold, type Keeping, useHold } from "../book/use-hold.ts";
import { DayStrip } from "./day-strip.tsx";
import { DayTimes } from "./day-times.tsx";
import { Filters } from "./filters.tsx";
import { datesFrom, timeKey, type Wish, zonesOf } from "./search.ts";
import { useDayCounts, useNextFree } from "./use-search.ts";
import { WhyDialog } from "./why-dialog.tsx";
import "./find.css";

const daysShown = 14;
const daysAhead = 56;

/** Finds a free time, live, and books it. */
export function FindView() {
  const { facilities, providers } = useDirectory();
  const { route, go } = useRoute();
  const wish: Wish = { providerId: route.provider, facilityId: route.facility };
  const zones = zonesOf(wish, facilities, providers);
  const today = dateOf(new Date(), zones[0] as string);
  const names = useNames();
  const next = useNextFree(wish);
  const begin = useBegin(next === undefined ? undefined : next && dateOf(next.start, names.zone(next.facilityId)));
  const date = route.day ?? begin ?? today;
  const [first, setFirst] = useFirstDay(date, today);
  const dates = useMemo(() => datesFrom(first, daysShown), [first]);
  const counts = useDayCounts(wish, dates, zones);
  const hold = useHold(holdSeconds(location.search));
  const [asking, setAsking] = useState<"for a time" | "for one of several" | "how long" | null>(null);
  const [inDoubt, setInDoubt] = useState<OpenSlot | null>(null);
  const book = useBook();
  const mine = useMine(hold.keeping);

  return (
    <section className="find" aria-labelledby="find-title">
      <h2 id="find-title">Find a time</h2>
      <div className="find-top">
        <Filters wish={wish} onWish={(to) => go({ provider: to.providerId, facility: to.facilityId })} />
        <NextFree next={next} onChoose={hold.keep} />
      </div>
      <DayStrip
        dates={dates}
        date={date}
        counts={counts}
        today={today}
        onDate={(day) => go({ day })}
        onEarlier={first > today ? () => setFirst(addDays(first, -7)) : null}
        onLater={first < addDays(today, daysAhead - daysShown) ? () => setFirst(addDays(first, 7)) : null}
      />
      <DayTimes
        {...{ wish, date, zones, mine }}
        onChoose={hold.keep}
        onWhy={setInDoubt}
        onDate={(day) => go({ day })}
      />
      <p className="find-ask">
        Nothing that suits?{" "}
        <button type="button" className="button-link" onClick={() => setAsking("for a time")}>
          Ask for a time
        </button>{" "}
        <button type="button" className="button-link" onClick={() => setAsking("for one of several")}>
          Ask for one of several times
        </button>{" "}
        <button type="button" className="button-link" onClick={() => setAsking("how long")}>
          Choose how long it takes
        </button>
      </p>
      {isOpen(hold) && <BookingDialog hold={hold} onBook={book} />}
      {inDoubt !== null && <WhyDialog offer={inDoubt} onChoose={hold.keep} onClose={() => setInDoubt(null)} />}
      {asking === "for a time" && <RequestDialog wish={wish} date={date} onClose={() => setAsking(null)} />}
      {asking === "how long" && <LengthDialog wish={wish} onChoose={hold.keep} onClose={() => setAsking(null)} />}
      {asking === "for one of several" && <ChoicesDialog wish={wish} onClose={() => setAsking(null)} />}
    </section>
  );
}

const isOpen = (hold: Hold): hold is Hold & { readonly keeping: Keeping } => hold.keeping !== null;

/** The day that is looked at first: the next one on which something is free. It stays when that is taken. */
function useBegin(day: string | null | undefined): string | null {
  const [begin, setBegin] = useState(day);
  if (begin === undefined && day !== undefined) setBegin(day);
  return begin ?? null;
}

/** The first day of the strip: it moves when a day beyond it is chosen. */
function useFirstDay(date: string, today: string): [string, (first: string) => void] {
  const [chosen, setFirst] = useState(today);
  const isWithin = date >= chosen && date < addDays(chosen, daysShown);
  const [followed, setFollowed] = useState(date);
  if (followed !== date) {
    setFollowed(date);
    if (!isWithin) setFirst(date < today ? today : date);
  }
  return [chosen < today ? today : chosen, setFirst];
}

/** What times are to this person: chosen, or booked just now. */
function useMine(keeping: Keeping | null): ReadonlyMap<string, string> {
  const { me } = useDirectory();
  const { items } = useAppointments({ subjectId: me.id });
  return useMemo(() => {
    const active = items.filter(({ status }) => status === "confirmed" || status === "checked_in");
    const booked = active.flatMap(({ slotIds }) => slotIds.map((id) => [id, "yours"] as const));
    return new Map<string, string>(
      keeping === null ? booked : [...booked, [keeping.offer.slotId ?? timeKey(keeping.offer), "chosen"]],
    );
  }, [items, keeping]);
}

function NextFree({
  next,
  onChoose,
}: {
  readonly next: OpenSlot | null | undefined;
  readonly onChoose: (offer: OpenSlot) => void;
}) {
  const names = useNames();
  const zone = next ? names.zone(next.facilityId) : "UTC";
  return (
    <div className="next-free">
      <p className="field-label">Next free</p>
      {next ? (
        <button type="button" className="next-free-time" onClick={() => onChoose(next)}>
          <strong>{formatWhen(next.start, next.end, zone)}</strong>
          <span>
            {names.provider(next.providerId)} · {names.facility(next.facilityId)}
          </span>
        </button>
      ) : (
        <p className="next-free-none">{next === null ? "Nothing within the next weeks" : "\u00a0"}</p>
      )}
    </div>
  );
}
