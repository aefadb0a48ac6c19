import { useCallback, useMemo } from "react";
import { useDirectory } from "../person.ts";
import { useRoute } from "../shell/route.ts";
import { SlotDialog } from "../slot/slot-dialog.tsx";
import { hoursOf, type LocalDay } from "../time/days.ts";
import { formatDay, formatZone, visitorZone } from "../time/format.ts";
import { differenceInWords } from "../time/zones.ts";
import { WaitingList } from "../waiting-list/waiting-list.tsx";
import { Agenda } from "./agenda.tsx";
import { type CalendarPlace, placeOf } from "./place.ts";
import { countsOf } from "./slot-words.ts";
import { TimeGrid } from "./time-grid.tsx";
import { Toolbar } from "./toolbar.tsx";
import { useNow } from "./use-now.ts";
import { type Schedule, useSchedule } from "./use-schedule.ts";
import { useHasSide, useIsNarrow } from "./use-width.ts";
import "./calendar-view.css";

/** A schedule by day or week, with those who wait beside it. */
export function CalendarView() {
  const directory = useDirectory();
  const { route } = useRoute();
  const now = useNow();
  const place = usePlace(placeOf(route, directory, now));
  if (place === null) return <p className="calendar-nobody muted">This clinic has no staff yet.</p>;
  return <CalendarOf place={place} now={now} />;
}

function CalendarOf({ place, now }: { readonly place: CalendarPlace; readonly now: Date }) {
  const { route, go } = useRoute();
  const isNarrow = useIsNarrow();
  const hasSide = useHasSide();
  const schedule = useSchedule(place);
  const onOpen = useCallback((slot: string) => go({ slot }), [go]);
  const onDay = useCallback((day: string) => go({ day, span: "day" }), [go]);
  const Body = isNarrow && route.span === "week" ? Agenda : TimeGrid;
  return (
    <div className="calendar">
      <section className="calendar-main" aria-label={`Calendar of ${place.provider.name}, ${place.facility.name}`}>
        <Toolbar place={place} now={now} />
        <Notes place={place} schedule={schedule} />
        <Body {...place} {...schedule} {...{ now, onOpen, onDay }} />
      </section>
      {hasSide && (
        <div className="calendar-side">
          <WaitingList isBeside />
        </div>
      )}
      {route.slot !== null && (
        <SlotDialog
          about={schedule.slots.find(({ slot }) => slot.id === route.slot)}
          isLoaded={schedule.isLoaded}
          onClose={() => go({ slot: null }, { replace: true })}
        />
      )}
    </div>
  );
}

/** In one place of fixed height: what the calendar has, whose clock it shows, and days of another length. */
function Notes({ place, schedule }: { readonly place: CalendarPlace; readonly schedule: Schedule }) {
  const { days, zone } = place;
  const visitor = visitorZone();
  const difference = differenceInWords(days, zone, visitor);
  return (
    <div className="calendar-notes">
      <p>
        {formatZone(zone)}
        {difference !== null && ` · your clock (${formatZone(visitor)}) is ${difference}`}
      </p>
      {days
        .filter((day) => hoursOf(day) !== 24)
        .map((day) => (
          <p key={day.date} className="calendar-odd">
            {oddDayInWords(day)}
          </p>
        ))}
      {/* The last one: its length changes with the news. */}
      <p>{summaryOf(schedule)}</p>
    </div>
  );
}

function summaryOf({ slots, isLoaded, error }: Schedule): string {
  if (error !== null) return "Some slots could not be read yet. It is tried again.";
  if (!isLoaded) return "Loading the slots";
  const counts = countsOf(slots);
  return counts === "no slots" ? "No slots here. Move on, or choose another schedule." : counts;
}

function oddDayInWords(day: LocalDay): string {
  const hours = hoursOf(day);
  return `${formatDay(day.start, day.zone)} has ${hours} hours: clocks go ${hours > 24 ? "back" : "forward"}`;
}

/** The same object as long as it says the same: it is made anew with every tick of the clock. */
function usePlace(place: CalendarPlace | null): CalendarPlace | null {
  const key = place && `${place.provider.id} ${place.facility.id} ${place.date} ${place.days.length}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of what is in it.
  return useMemo(() => place, [key]);
}
