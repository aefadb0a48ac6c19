import { type LocalDay, zoned } from "./days.ts";

/** The zone of the device. */
export function visitorZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** `09:00`. In an hour that comes twice that day, with the offset: `02:30 UTC+1`. */
export function formatTime(instant: Date, zone: string): string {
  const time = formatterOf(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(instant);
  return isRepeated(instant, zone) ? `${time} ${formatOffset(instant, zone)}` : time;
}

/** `Monday 30 November`. */
export function formatDay(instant: Date, zone: string): string {
  const { weekday, day, month } = partsOf(instant, zone);
  return `${weekday} ${day} ${month}`;
}

/** `Mon 30 Nov`. */
export function formatShortDay(instant: Date, zone: string): string {
  const { weekday, day, month } = partsOf(instant, zone);
  return `${weekday.slice(0, 3)} ${day} ${month.slice(0, 3)}`;
}

/** `09:00–09:30`. Where it ends on another day, with that: `22:00–06:00 Tue`. */
export function formatRange(start: Date, end: Date, zone: string): string {
  return rangeOf(start, end, zone, "–");
}

/** `Mon 30 Nov, 09:00–09:30`, with `, Lisbon time` where the clock of the device shows another time. */
export function formatWhen(start: Date, end: Date, zone: string, own: string = visitorZone()): string {
  const note = agree(start, zone, own) ? "" : `, ${formatZone(zone)}`;
  return `${formatShortDay(start, zone)}, ${formatRange(start, end, zone)}${note}`;
}

/** The same for a voice: `09:00 to 09:30`. */
export function speakRange(start: Date, end: Date, zone: string): string {
  return rangeOf(start, end, zone, " to ");
}

/** `30 November 2026, 14:03`. */
export function formatMoment(instant: Date, zone: string): string {
  const { day, month } = partsOf(instant, zone);
  return `${day} ${month} ${zoned(instant, zone).year}, ${formatTime(instant, zone)}`;
}

/** `Sunday 29 November 2026`; of several days, `23–29 November 2026` or, so that it is not too long, `30 Nov – 6 Dec 2026`. */
export function formatDates(days: readonly LocalDay[]): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return "";
  const [from, to] = [first, last].map(({ start, zone }) => ({
    ...partsOf(start, zone),
    year: zoned(start, zone).year,
  }));
  if (from === undefined || to === undefined) return "";
  if (first === last) return `${formatDay(first.start, first.zone)} ${from.year}`;
  if (from.month === to.month) return `${from.day}–${to.day} ${to.month} ${to.year}`;
  const begin = `${from.day} ${from.month.slice(0, 3)}`;
  return `${begin}${from.year === to.year ? "" : ` ${from.year}`} – ${to.day} ${to.month.slice(0, 3)} ${to.year}`;
}

/** `UTC+1`, `UTC+10:30`, `UTC`. */
export function formatOffset(instant: Date, zone: string): string {
  const { offset } = zoned(instant, zone);
  const [hours, minutes] = [Number(offset.slice(1, 3)), offset.slice(4, 6)];
  if (hours === 0 && minutes === "00") return "UTC";
  return `UTC${offset[0] === "-" ? "−" : "+"}${hours}${minutes === "00" ? "" : `:${minutes}`}`;
}

/** `Berlin time`. */
export function formatZone(zone: string): string {
  const place = zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
  return zone.includes("/") ? `${place} time` : zone;
}

/** Whether clocks in both zones show the same at this instant. */
export function agree(instant: Date, one: string, other: string): boolean {
  return zoned(instant, one).offsetNanoseconds === zoned(instant, other).offsetNanoseconds;
}

function rangeOf(start: Date, end: Date, zone: string, to: string): string {
  const range = `${formatTime(start, zone)}${to}${formatTime(end, zone)}`;
  const lastMoment = new Date(end.getTime() - 1);
  const endsThatDay = formatDay(start, zone) === formatDay(lastMoment, zone);
  return endsThatDay ? range : `${range} ${partsOf(end, zone).weekday.slice(0, 3)}`;
}

/** Whether the clock on the wall shows this time twice. */
function isRepeated(instant: Date, zone: string): boolean {
  if (!changesAround(instant, zone)) return false;
  const time = zoned(instant, zone);
  const local = time.toPlainDateTime();
  const [earlier, later] = (["earlier", "later"] as const).map((which) =>
    local.toZonedDateTime(zone, { disambiguation: which }),
  );
  return earlier?.epochMilliseconds !== later?.epochMilliseconds;
}

const dayMs = 86_400_000;
const changes = new Map<string, boolean>();

/** Whether clocks of the zone are changed near this instant. Few days have that, so the dear question is rarely asked. */
function changesAround(instant: Date, zone: string): boolean {
  const day = Math.floor(instant.getTime() / dayMs);
  const key = `${zone} ${day}`;
  const known = changes.get(key);
  if (known !== undefined) return known;
  const [before, after] = [day - 1, day + 2].map((at) => zoned(new Date(at * dayMs), zone).offsetNanoseconds);
  changes.set(key, before !== after);
  return before !== after;
}

function partsOf(instant: Date, zone: string) {
  const parts = formatterOf(zone, { weekday: "long", day: "numeric", month: "long" }).formatToParts(instant);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return { weekday: part("weekday"), day: part("day"), month: part("month") };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Formatters are dear to make, and a week asks for hundreds. */
function formatterOf(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${Object.keys(options).join()}`;
  const formatter = formatters.get(key) ?? new Intl.DateTimeFormat("en-GB", { timeZone, ...options });
  formatters.set(key, formatter);
  return formatter;
}
