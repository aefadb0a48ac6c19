import type { FreeTime } from "@slotwright/core";
import { useNames } from "../../directory/use-names.ts";
import { useDirectory } from "../../person.ts";
import { dateOf } from "../../time/days.ts";
import { agree, formatRange, formatShortDay, formatTime, formatZone, visitorZone } from "../../time/format.ts";
import { grouped, type ShownTime, type TimeGroup, timeKey } from "./search.ts";

interface TimeListProps<Offer extends FreeTime> {
  readonly times: readonly ShownTime<Offer>[];
  readonly onChoose: (offer: Offer) => void;
  /** Asks why a time cannot be chosen. Default: that is not answered here. */
  readonly onWhy?: ((offer: Offer) => void) | undefined;
  /** What a time is to the person, by its slot, or by its `timeKey` where it has none: chosen, or booked by them. */
  readonly mine: ReadonlyMap<string, string>;
}

/** Free times, by provider and place. */
export function TimeList<Offer extends FreeTime>({ times, onChoose, onWhy, mine }: TimeListProps<Offer>) {
  const { providers } = useDirectory();
  const names = useNames();
  const groups = grouped(times, providers);
  const hasOneClock = new Set(groups.map(({ facilityId }) => names.zone(facilityId))).size < 2;
  return (
    <div className="times">
      {groups.map((group) => (
        <Group key={`${group.providerId} ${group.facilityId}`} {...{ group, hasOneClock, onChoose, onWhy, mine }} />
      ))}
    </div>
  );
}

interface GroupProps<Offer extends FreeTime> extends Omit<TimeListProps<Offer>, "times"> {
  readonly group: TimeGroup<Offer>;
  /** All groups beside it are in the same zone. */
  readonly hasOneClock: boolean;
}

function Group<Offer extends FreeTime>({ group, hasOneClock, onChoose, onWhy, mine }: GroupProps<Offer>) {
  const { providers } = useDirectory();
  const names = useNames();
  const { providerId, facilityId, times } = group;
  const zone = names.zone(facilityId);
  const id = `times-${providerId}-${facilityId}`;
  const isAway = times.some(({ offer }) => !agree(offer.start, zone, visitorZone()));
  return (
    <section className="times-group" aria-labelledby={id}>
      <header className="times-head">
        <h3 id={id}>{names.provider(providerId)}</h3>
        <p className="muted">
          {providers.find((provider) => provider.id === providerId)?.role} · {names.facility(facilityId)}
          {(isAway || !hasOneClock) && ` · ${formatZone(zone)}`}
          {isAway && ", yours below"}
        </p>
      </header>
      <ul
        className="times-grid"
        data-long={times.some(({ offer }) => isOvernight(offer.start, offer.end)) || undefined}
      >
        {times.map((time) => (
          <li key={timeKey(time.offer)}>
            <Time {...time} {...{ zone, onChoose, onWhy }} mine={mine.get(time.offer.slotId ?? timeKey(time.offer))} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface TimeProps<Offer extends FreeTime> extends ShownTime<Offer>, Pick<TimeListProps<Offer>, "onChoose" | "onWhy"> {
  readonly zone: string;
  readonly mine: string | undefined;
}

function Time<Offer extends FreeTime>(props: TimeProps<Offer>) {
  const { offer, zone, isGone, isRefused = false, mine, onChoose, onWhy } = props;
  const { start, end } = offer;
  const local = visitorZone();
  const isAway = !agree(start, zone, local);
  const state = mine ?? stateOf(offer, isGone, isRefused);
  const isLong = isOvernight(start, end);
  const isOff = isGone || isRefused;
  const act = mine !== undefined ? undefined : isOff ? onWhy : onChoose;
  return (
    <button
      type="button"
      className="time"
      data-state={mine !== undefined ? "mine" : isOff ? "gone" : undefined}
      aria-disabled={act === undefined || undefined}
      onClick={() => act?.(offer)}
    >
      <span className="time-start">
        {formatTime(start, zone)}
        <span className={isLong ? undefined : "visually-hidden"}>–{endOf(start, end, zone)}</span>
      </span>{" "}
      {isAway && <span className="time-yours">yours {yoursOf(start, zone, local)} </span>}
      {/* Another word is another element: the old one has not moved. */}
      <span key={state} className="time-state">
        {state}
      </span>
    </button>
  );
}

function stateOf({ start, end, seats }: FreeTime, isGone: boolean, isRefused: boolean): string {
  if (isGone) return "taken";
  if (isRefused) return "not for you";
  return seats > 1 ? `${seats} places` : lengthOf(start, end);
}

const endOf = (start: Date, end: Date, zone: string): string =>
  formatRange(start, end, zone).split("–").at(-1) ?? formatTime(end, zone);

/** By the visitor's clock, with the day where it is another one. */
function yoursOf(start: Date, zone: string, local: string): string {
  const time = formatTime(start, local);
  return dateOf(start, zone) === dateOf(start, local) ? time : `${formatShortDay(start, local).slice(0, 3)} ${time}`;
}

const isOvernight = (start: Date, end: Date): boolean => end.getTime() - start.getTime() > 4 * 3_600_000;

/** `30 min`, `1 h`, `1 h 30 min`. */
export function lengthOf(start: Date, end: Date): string {
  const minutes = Math.round((end.getTime() - start.getTime()) / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 ? `${hours} h` : "", rest > 0 ? `${rest} min` : ""].filter((part) => part !== "").join(" ");
}
