import { refuseIn, type Where } from "./refuse-in.ts";

/** A component of a calendar, such as a VEVENT, with the lines of it that say when it is. */
export interface Component extends Where {
  readonly name: string;
  /** The unfolded lines by the name of their property, such as `DTSTART`. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
  readonly parts: readonly Component[];
}

interface OpenComponent extends Component {
  readonly path: readonly (string | number)[];
  uid?: string | undefined;
  readonly lines: Map<string, string[]>;
  readonly parts: Component[];
}

/** Of which components what is read. All else is passed over, so that it can be as it likes. */
const read: Readonly<Record<string, { readonly lines: readonly string[]; readonly parts: readonly string[] }>> = {
  VCALENDAR: { lines: [], parts: ["VEVENT", "VFREEBUSY", "VTIMEZONE"] },
  VEVENT: {
    lines: [
      ...["UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE"],
      ...["RECURRENCE-ID", "TRANSP", "STATUS"],
    ],
    parts: [],
  },
  VFREEBUSY: { lines: ["UID", "FREEBUSY"], parts: [] },
  VTIMEZONE: { lines: ["TZID"], parts: ["STANDARD", "DAYLIGHT"] },
  STANDARD: { lines: ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"], parts: [] },
  DAYLIGHT: { lines: ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"], parts: [] },
};

/** Deeper nesting means nothing in a calendar. */
const deepest = 16;

const whole: Where = { path: ["calendar"] };

/**
 * The calendars that a text has, as trees of what is read of them.
 * @throws BookingError `invalid_input`
 */
export function componentsOf(text: string): readonly Component[] {
  const calendars: Component[] = [];
  const open: { readonly name: string; readonly component: OpenComponent | undefined }[] = [];
  const counts = new Map<string, number>();

  function begin(name: string, number: number): void {
    const parent = open.at(-1);
    if (parent === undefined && name !== "VCALENDAR") refuseIn(whole, { code: "invalid" }, noCalendar(number));
    if (open.length === deepest) refuseIn(whole, { code: "too_deep", maximum: deepest }, tooDeep(number));
    const isRead = parent === undefined || read[parent.component?.name ?? ""]?.parts.includes(name) === true;
    const component = isRead ? opened(name, parent?.component, counts) : undefined;
    if (component !== undefined) ((parent?.component?.parts as Component[] | undefined) ?? calendars).push(component);
    open.push({ name, component });
  }

  function end(name: string, number: number): void {
    const last = open.pop();
    if (last?.name !== name) refuseIn(whole, { code: "invalid" }, `has in line ${number} an END that fits no BEGIN`);
  }

  for (const { line, number } of linesOf(text)) {
    const name = nameOf(line);
    if (name === "BEGIN") begin(textAfterColon(line), number);
    else if (name === "END") end(textAfterColon(line), number);
    else if (open.length === 0) refuseIn(whole, { code: "invalid" }, noCalendar(number));
    else keep(open.at(-1)?.component, name, line);
  }
  if (open.length > 0)
    refuseIn(whole, { code: "invalid" }, `has a ${shown(open.at(-1)?.name ?? "")} that does not end`);
  if (calendars.length === 0) refuseIn(whole, { code: "invalid" }, noCalendar(1));
  return calendars;
}

const noCalendar = (number: number) => `must be iCalendar text: line ${number} must be BEGIN:VCALENDAR`;
const tooDeep = (number: number) => `must not be nested deeper than ${deepest} levels, as in line ${number}`;
const shown = (name: string) => name.slice(0, 40);

function opened(name: string, parent: OpenComponent | undefined, counts: Map<string, number>): OpenComponent {
  const at = parent === undefined || parent.name === "VCALENDAR" ? ["calendar"] : parent.path;
  const counted = `${at.join(".")}.${name}`;
  const place = counts.get(counted) ?? 0;
  counts.set(counted, place + 1);
  const path = parent === undefined ? at : [...at, name.toLowerCase(), place];
  return { name, path, uid: undefined, lines: new Map(), parts: [] };
}

function keep(component: OpenComponent | undefined, name: string, line: string): void {
  if (component === undefined || read[component.name]?.lines.includes(name) !== true) return;
  if (name === "UID") component.uid ??= textAfterColon(line, false);
  const known = component.lines.get(name);
  if (known === undefined) component.lines.set(name, [line]);
  else known.push(line);
}

/** The lines of the text, with those that were folded put together again. */
function* linesOf(text: string): Generator<{ readonly line: string; readonly number: number }> {
  let line = "";
  let [number, first] = [0, 1];
  for (let at = text.startsWith("\uFEFF") ? 1 : 0; at < text.length; ) {
    const feed = text.indexOf("\n", at);
    const end = feed === -1 ? text.length : feed;
    const piece = text.slice(at, text[end - 1] === "\r" ? end - 1 : end);
    number += 1;
    if (piece.startsWith(" ") || piece.startsWith("\t")) line += piece.slice(1);
    else {
      if (line.trim() !== "") yield { line, number: first };
      [line, first] = [piece, number];
    }
    at = end + 1;
  }
  if (line.trim() !== "") yield { line, number: first };
}

/** The name of the property, in upper case. */
function nameOf(line: string): string {
  const end = line.search(/[;:]/);
  return line
    .slice(0, end === -1 ? 40 : Math.min(end, 40))
    .trim()
    .toUpperCase();
}

function textAfterColon(line: string, isName = true): string {
  const value = line.slice(line.indexOf(":") + 1).trim();
  return isName ? value.toUpperCase() : value;
}
