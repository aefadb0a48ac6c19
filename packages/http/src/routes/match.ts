import { HttpError } from "../errors.ts";
import { type OperationName, operationNames, type Route, routeOf } from "./table.ts";

export interface Match {
  readonly name: OperationName;
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly parts: readonly string[];
  readonly methods: ReadonlyMap<string, OperationName>;
}

/** A part without braces is looked for before one that takes anything. */
const patterns: readonly Pattern[] = [...Map.groupBy(operationNames, (name) => routeOf(name).path)]
  .map(([path, names]) => ({
    parts: path.slice(1).split("/"),
    methods: new Map(names.map((name) => [routeOf(name).method as string, name])),
  }))
  .sort((one, other) => countOf(one) - countOf(other));

function countOf({ parts }: Pattern): number {
  return parts.filter((part) => part.startsWith("{")).length;
}

/**
 * The route of a path below the base path.
 * @throws HttpError `route_not_found`, `method_not_allowed`, `bad_request`
 */
export function match(method: string, path: string): Match {
  const parts = path.slice(1).split("/");
  const fitting = path.startsWith("/") ? patterns.filter((pattern) => fits(pattern, parts)) : [];
  const found = fitting.find(({ methods }) => methods.has(method));
  const name = found?.methods.get(method);
  if (found !== undefined && name !== undefined) {
    return { name, route: routeOf(name), parameters: parametersIn(found, parts) };
  }
  if (fitting.length === 0) throw new HttpError("route_not_found");
  const allow = allowed(fitting);
  throw new HttpError("method_not_allowed", { allow }, { Allow: allow.join(", ") });
}

/** The methods of a path. */
export function methodsOf(path: string): readonly string[] {
  const parts = path.slice(1).split("/");
  return allowed(patterns.filter((pattern) => fits(pattern, parts)));
}

const allowed = (fitting: readonly Pattern[]): readonly string[] =>
  fitting.length === 0
    ? []
    : [...new Set([...fitting.flatMap(({ methods }) => [...methods.keys()]), "OPTIONS"])].sort();

const fits = ({ parts: wanted }: Pattern, parts: readonly string[]): boolean =>
  wanted.length === parts.length &&
  wanted.every((part, index) => (part.startsWith("{") ? parts[index] !== "" : part === parts[index]));

function parametersIn({ parts: wanted }: Pattern, parts: readonly string[]): Readonly<Record<string, string>> {
  const named = wanted.flatMap((part, index): (readonly [string, string])[] =>
    part.startsWith("{") ? [[part.slice(1, -1), decoded(parts[index] ?? "")]] : [],
  );
  return Object.fromEntries(named);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new HttpError("bad_request", {}, {}, error);
  }
}
