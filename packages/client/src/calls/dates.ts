/** The fields that are instants in every answer. Whatever else looks like one stays text. */
const instants =
  /^(at|asOf|heldUntil|nextFrom|(created|updated|expire[ds])At|start|end|(conflicting|new|slot)(Start|End))$/;

/** What is the host's own, or is JSON in the engine's answers as well. */
const untouched = /^(changes|metadata|values)$/;

/**
 * A text with an offset, in capital letters or small ones. That of a `Temporal.ZonedDateTime` names its zone as well, in
 * brackets. The offset is believed: whether it is one of that zone, only the server can tell.
 */
const withOffset = /^(\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d))(\[.*)?$/i;

/** The same value with a `Date` in each field that is an instant. */
export function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fieldWithDates(name, field)]));
}

/** The value of a field of this name, with the instants in it. */
export function fieldWithDates(name: string, field: unknown): unknown {
  if (untouched.test(name)) return field;
  return typeof field === "string" && instants.test(name) ? dateOf(field) : withDates(field);
}

/**
 * The instant of an input. An invalid `Date` if it is no instant, or one that only the server can tell, as of a local
 * time. A `Date` of another frame and what `Temporal` has are texts as JSON.
 */
export const instantOf = (given: unknown): Date =>
  new Date(withOffset.exec(JSON.parse(JSON.stringify(given)))?.[1]?.toUpperCase() ?? "");

/** The instant that a text stands for, or else the text. */
const dateOf = (text: string): Date | string => (withOffset.test(text) ? instantOf(text) : text);
