/** What can be wrong with a field of an input. A code keeps its meaning: forms and translations can rely on it. */
export const issueCodes = [
  /** It is missing. */
  "required",
  /** It has fields that do not exist: `fields` names them. */
  "unknown_field",
  /** It is of another type than the one needed. */
  "wrong_type",
  /** A text of fewer characters than `minimum`. */
  "too_short",
  /** A text, or the JSON of an object, of more characters than `maximum`. */
  "too_long",
  /** A number below `minimum`. */
  "too_small",
  /** A number above `maximum`. */
  "too_large",
  /** A list of fewer items than `minimum`. */
  "too_few",
  /** A list of more items than `maximum`. */
  "too_many",
  /** All of it together takes more bytes than `maximum`. */
  "too_much",
  /** An object that is nested deeper than `maximum` levels. */
  "too_deep",
  /** None of `options`. */
  "not_an_option",
  /** Neither a date nor a text that gives one unambiguously. */
  "not_an_instant",
  /** A time that is finer than a millisecond. */
  "too_fine",
  /** A date, a time or an offset that does not exist, or a local time that the clocks skip. */
  "no_such_time",
  /** A local time that the clocks show twice. */
  "ambiguous_time",
  /** A time outside of the years 1900 to 2199. */
  "year_out_of_range",
  /** No IANA time zone that is known here. */
  "not_a_time_zone",
  /** A text with a character that cannot be stored. */
  "forbidden_character",
  /** A text that starts or ends with white space. */
  "outer_white_space",
  /** No plain JSON. */
  "not_json",
  /** It names something twice. */
  "repeated",
  /** It needs another field beside it. */
  "needs_another_field",
  /** It has two fields of which only one may be given. */
  "conflicting_fields",
  /** No cursor of this list. */
  "not_a_cursor",
  /** It throws when it is read. */
  "unreadable",
  /** It is not valid for another reason. */
  "invalid",
  /** An issue of your own: its message is yours, too, and shown as it is. */
  "custom",
] as const;

/** A code of an issue: one of `issueCodes`. */
export type IssueCode = (typeof issueCodes)[number];

/** What belongs to the code of an issue. */
export interface IssueValues {
  /** The least that is allowed, for `too_short`, `too_small` and `too_few`. */
  readonly minimum?: number;
  /** The most that is allowed, for `too_long`, `too_large`, `too_many`, `too_much` and `too_deep`. */
  readonly maximum?: number;
  /** All that is allowed, for `not_an_option`. */
  readonly options?: readonly string[];
  /** At most 20 of the fields that do not exist, each cut after 100 characters, for `unknown_field`. */
  readonly fields?: readonly string[];
}

/** One thing wrong with an input: where, and what. */
export interface InputIssue extends IssueValues {
  /** Dotted path into the input, `""` for the input itself. */
  readonly path: string;
  /** What is wrong, for a program: it chooses the text for people. */
  readonly code: IssueCode;
  /** What is wrong, for a developer. `toResponse()` has a text for people in its place. */
  readonly message: string;
}

interface Check {
  readonly error: string;
  readonly params: IssueValues & { readonly code: IssueCode };
}

/** The options of a check of a schema that Zod has no code for: what it says, and the code of its issue. */
export function saying(error: string, code: IssueCode, values?: IssueValues): Check {
  return { error, params: { code, ...values } };
}

/** What is wrong with a value, as a schema's own transformation finds it. */
export interface Problem {
  readonly code: IssueCode;
  readonly message: string;
  readonly values?: IssueValues;
}

/** A problem as the issue of a schema. */
export function customIssue({ code, message, values }: Problem, input: unknown) {
  return { code: "custom", message, input, params: { code, ...values } } as const;
}
