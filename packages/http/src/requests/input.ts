import { BookingError, type InputIssue } from "@slotwright/core";
import { HttpError } from "../errors.ts";
import type { Limits } from "../options.ts";
import { type QueryField, queryFields } from "../routes/fields.ts";
import type { Match } from "../routes/match.ts";
import {
  type envelopeFields,
  type OperationName,
  operationNames,
  parametersOf,
  type Route,
  routeOf,
} from "../routes/table.ts";
import type { Incoming } from "./incoming.ts";

export type Input = Record<string, unknown>;

export function invalid(path: string, message: string, code: InputIssue["code"] = "custom"): BookingError {
  return new BookingError("invalid_input", { issues: [{ path, code, message }] });
}

const fieldsOfQuery: ReadonlyMap<OperationName, ReadonlyMap<string, QueryField>> = new Map(
  operationNames
    .filter((name) => routeOf(name).method === "GET")
    .map((name) => [name, new Map(queryFields(routeOf(name)).map((field) => [field.name, field]))]),
);

/**
 * A query string as the engine's input has it.
 * @throws BookingError `invalid_input`
 */
export function queryOf({ name, parameters }: Match, search: URLSearchParams): Input {
  const fields = fieldsOfQuery.get(name);
  const input: Input = {};
  for (const [given, text] of search) {
    const field = fields?.get(given);
    if (field === undefined) {
      throw invalid("", `This route takes no ${JSON.stringify(given.slice(0, 100))}.`, "unknown_field");
    }
    if (field.kind === "list") input[field.field] = [...((input[field.field] as string[] | undefined) ?? []), text];
    else if (Object.hasOwn(input, field.field)) throw invalid(given, "must not be given twice", "repeated");
    else input[field.field] = valueIn(field, text);
  }
  for (const [name, value] of Object.entries(input)) if (isWithoutItems(value)) input[name] = [];
  return { ...input, ...parameters };
}

/** A query cannot name a list without items, so one with nothing but an empty item stands for it. */
const isWithoutItems = (value: unknown): boolean => Array.isArray(value) && value.length === 1 && value[0] === "";

/**
 * The fields of the input that are sent in headers, each a list whose items are encoded as in a URL.
 * @throws BookingError `invalid_input`
 */
export function headerFieldsOf({ route }: Match, incoming: Incoming): Input {
  const input: Input = {};
  for (const [field, name] of Object.entries(route.inHeaders ?? {})) {
    const given = incoming.header(name.toLowerCase());
    // With an empty one, nothing is sent.
    if (given !== undefined && given.trim() !== "")
      input[field] = given.split(",").map((item) => decoded(item.trim(), name));
  }
  return input;
}

function decoded(item: string, header: string): string {
  try {
    return decodeURIComponent(item);
  } catch {
    throw invalid(header, "must hold items that are encoded as in a URL, with commas between them");
  }
}

/** Text that is not a number stays as it is: the engine says what is wrong with it. */
function valueIn({ kind }: QueryField, text: string): unknown {
  if (kind === "number") return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/**
 * The body of a command as an object. What is in it, the engine checks.
 * @throws BookingError `invalid_input`
 * @throws HttpError `not_json`, `payload_too_large`, `bad_request`, `request_timeout`
 */
export async function bodyOf(incoming: Incoming, { route }: Match, limits: Limits): Promise<Input> {
  const body = parsed(await textOf(incoming, route, limits));
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalid("", "The body must be a JSON object.", "wrong_type");
  }
  for (const [field, place] of Object.entries(elsewhere)) {
    if (Object.hasOwn(body, field)) throw invalid(field, `must not be in the body: ${place}`, "unknown_field");
  }
  const twice = [...parametersOf(route), ...(route.without ?? [])].find((field) => Object.hasOwn(body, field));
  if (twice !== undefined) throw invalid(twice, "must not be in the body", "unknown_field");
  return body as Input;
}

const elsewhere: Readonly<Record<(typeof envelopeFields)[number], string>> = {
  actor: "it is who is signed in",
  idempotencyKey: "send the header Idempotency-Key",
  ifVersion: "send the header If-Match",
};

async function textOf(incoming: Incoming, route: Route, limits: Limits): Promise<string> {
  const maximum = route.isLarge === true ? limits.slotsBodyBytes : limits.bodyBytes;
  const length = incoming.header("content-length");
  if (length !== undefined && Number(length) > maximum) throw new HttpError("payload_too_large", { maximum });
  const isEmpty = length === "0" || (length === undefined && incoming.header("transfer-encoding") === undefined);
  const type = incoming.header("content-type");
  if (!isEmpty || type !== undefined) requireJson(incoming, type, isEmpty);
  return inTime(incoming.body(maximum), limits.bodyMs);
}

/** A body of another kind would be left unread, and every field of it reported as missing. */
function requireJson(incoming: Incoming, type: string | undefined, isEmpty: boolean): void {
  const encoding = incoming.header("content-encoding") ?? "identity";
  const isJson = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type ?? "");
  if (!isEmpty && !(isJson && encoding === "identity")) throw new HttpError("not_json");
}

async function inTime(body: Promise<string>, ms: number): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HttpError("request_timeout")), ms);
  });
  try {
    return await Promise.race([body, late]);
  } finally {
    clearTimeout(timer);
    body.catch(() => {});
  }
}

function parsed(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("", "The body is not JSON.", "not_json");
  }
}

/**
 * The idempotency key, if the client sent one.
 * @throws BookingError `invalid_input`
 */
export function keyOf(incoming: Incoming, { route }: Match): string | undefined {
  const key = incoming.header("idempotency-key");
  if (key !== undefined && route.hasNoKey === true) {
    throw invalid("Idempotency-Key", "This call takes no key: repeating it writes nothing new. Leave the header out.");
  }
  if (key === "") throw invalid("Idempotency-Key", "must not be empty", "too_short");
  return key;
}

/**
 * The version in `If-Match: "3"`, which is what `ETag` said.
 * @throws BookingError `invalid_input`
 */
export function versionOf(incoming: Incoming, { route }: Match, body: Input): number | undefined {
  const tag = incoming.header("if-match")?.trim();
  if (tag === undefined || tag === "*") return undefined;
  if (route.ifMatch === "none") throw invalid("If-Match", "This call compares no version. Leave the header out.");
  const [, version] = /^"(0|[1-9]\d{0,14})"$/.exec(tag) ?? [];
  if (version === undefined) throw invalid("If-Match", 'must be one ETag of an answer, such as "3" in quotation marks');
  if (route.ifMatch === "slot" && !Object.hasOwn(body, "slotId")) {
    throw invalid("If-Match", "is the version of a slot: send it together with slotId", "needs_another_field");
  }
  return Number(version);
}

/** Characters of each header that is read. A cursor of the feed may be longer than all others. */
export function refuseLongHeaders({ url, header }: Incoming, { headerLength: maximum }: Limits): void {
  const names = ["idempotency-key", "if-match", "hold-token", "accept", "origin", "content-type"];
  const isLong = names.some((name) => (header(name)?.length ?? 0) > maximum);
  // Few requests have a query, and taking it apart costs.
  const cursor = url.search === "" ? "" : (url.searchParams.get("after") ?? "");
  if (isLong || url.pathname.length + url.search.length - cursor.length > maximum) {
    throw new HttpError("headers_too_large", { maximum });
  }
}
