import type { Position } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import { columnNames } from "./catalogue.ts";
import { furtherIndexes, type IndexName, indexes } from "./indexes.ts";
import {
  type ConditionName,
  conditionNames,
  conditionsOf,
  type PlaceName,
  placeNames,
  value,
} from "./list-conditions.ts";
import { keyColumns, type ListSyntax, type ProvidersQuery, type ProvidersSyntax, type Whose } from "./list-syntax.ts";
import type { SqlStrategy } from "./strategy.ts";

/** A statement and its values, in the order of its placeholders. */
export interface Read {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** If the answer has so many rows of one provider, it may lack further ones, and `whole` is read instead. */
  readonly share?: number;
  readonly whole?: () => Read;
}

/**
 * A page of slots or appointments in the order of (start_at, id). An undefined condition does not restrict the page.
 */
export interface ListRequest {
  readonly index: IndexName;
  /** Default: all columns of the table. */
  readonly columns?: readonly string[];
  readonly providerIds: readonly string[] | undefined;
  readonly statuses: readonly string[] | undefined;
  /** The conditions that together say that a row has one of the statuses. */
  readonly statusSql: (statuses: readonly string[]) => readonly RawBuilder<boolean>[];
  /** Whether most rows of a window may be none of the list, by what is asked for. */
  readonly leavesOutMost: boolean;
  readonly conditions: Readonly<Partial<Record<ConditionName, string | number | undefined>>>;
  /** The instant that status conditions compare holds with. */
  readonly asOf?: number;
  readonly after: Position | undefined;
  readonly descending: boolean;
  readonly limit: number;
}

type Values = Readonly<Record<string, unknown>>;

interface Shape extends Pick<ListRequest, "index" | "columns" | "statuses" | "descending"> {
  readonly conditions: readonly (ConditionName | PlaceName)[];
  readonly providers: "all" | "one" | { readonly placeholders: number; readonly isWindow: boolean };
}

export function createListCompiler(strategy: SqlStrategy): (request: ListRequest) => Read | undefined {
  const compiled = new Map<string, { readonly sql: string; readonly names: readonly string[] }>();
  return (asked) => {
    if (asked.providerIds?.length === 0 || asked.statuses?.length === 0) return undefined;
    // Each provider once: the rest counts them.
    const request = { ...asked, providerIds: asked.providerIds && [...new Set(asked.providerIds)] };
    const values = valuesOf(strategy, request);
    const shape = shapeOf(strategy, request, values);
    const key = JSON.stringify(shape);
    const known = compiled.get(key) ?? compileShape(strategy, shape, request.statusSql);
    compiled.set(key, known);
    const readWith = (given: Values): Read => ({
      sql: known.sql,
      parameters: known.names.map((name) => given[name] ?? null),
    });
    const { limit } = request;
    const share = strategy.lists.ofProviders.endsShares ? ((values.share as number | undefined) ?? limit) : limit;
    return share < limit
      ? { ...readWith(values), share, whole: () => readWith({ ...values, share: limit }) }
      : readWith(values);
  };
}

function valuesOf({ lists }: SqlStrategy, request: ListRequest): Values {
  const { conditions, after, descending, asOf, limit } = request;
  const position = after === undefined ? {} : { positionStart: after.start.getTime(), positionId: after.id };
  return withoutImplied({ ...conditions, ...position, ...providerValues(lists, request), asOf, limit }, descending);
}

function providerValues({ ofProviders }: ListSyntax, request: ListRequest): Values {
  const ids = request.providerIds ?? [];
  const isListed = ids.length > 1 && ofProviders.placeholders(ids.length, isShared(request)) === 0;
  const providers = isListed
    ? { providers: ofProviders.list(ids) }
    : Object.fromEntries(ids.map((id, at) => [`provider${at}`, id]));
  return ids.length > 0 && !isWindow(ofProviders, request)
    ? { ...providers, share: shareOf(ids.length, request) }
    : providers;
}

/**
 * Twice as many as each of them has on average, by what is asked and never by what is stored: statements are planned
 * once, often while the tables are empty. Reading some rows in vain is cheaper than looking for further ones.
 */
function shareOf(providers: number, request: ListRequest): number {
  const share = Math.ceil((2 * request.limit) / providers) + 1;
  return isShared(request) ? request.limit : Math.min(share, request.limit);
}

const isShared = ({ index }: Pick<ListRequest, "index">): boolean => furtherIndexes[index] !== undefined;

/** Whether the window is read as a whole. What is asked decides, and never what is stored. */
function isWindow({ window }: ProvidersSyntax, request: ListRequest): boolean {
  const isByProvider = indexes[request.index].columns[0] === "provider_id" && !isShared(request);
  if (window === undefined || !isByProvider || request.leavesOutMost) return false;
  const { after, descending, conditions, providerIds = [] } = request;
  const place = after === undefined ? [] : [after.start.getTime()];
  const from = Math.max(Number(conditions.startFrom ?? Number.NEGATIVE_INFINITY), ...(descending ? [] : place));
  const before = Math.min(Number(conditions.startBefore ?? Number.POSITIVE_INFINITY), ...(descending ? place : []));
  return window.fits({ providers: providerIds.length, lengthMs: before - from });
}

/**
 * The page's position and the bound on the same side imply one another. Only the narrower one is kept: with both, the
 * planner may start at the wider one and read all earlier pages again.
 */
function withoutImplied(values: Values, descending: boolean): Values {
  const { positionStart: position } = values as { readonly positionStart?: number };
  const side = descending ? "startBefore" : "startFrom";
  const bound = values[side] as number | undefined;
  if (position === undefined || bound === undefined) return values;
  const positionIsNarrower = descending ? position < bound : position >= bound;
  if (positionIsNarrower) return { ...values, [side]: undefined };
  return { ...values, positionStart: undefined, positionId: undefined };
}

function shapeOf({ lists }: SqlStrategy, request: ListRequest, values: Values): Shape {
  const { index, columns, statuses, descending, providerIds } = request;
  const position = descending ? "beforePosition" : "afterPosition";
  const given = (name: string) => values[name === position ? "positionStart" : name] !== undefined;
  const conditions = conditionNames.filter(given);
  const count = providerIds?.length ?? 0;
  const placeholders = lists.ofProviders.placeholders(count, isShared(request));
  const several = count > 1 ? { placeholders, isWindow: isWindow(lists.ofProviders, request) } : "one";
  const providers = providerIds === undefined ? "all" : several;
  return { index, ...(columns && { columns }), statuses, descending, conditions, providers };
}

function compileShape(strategy: SqlStrategy, shape: Shape, statusSql: ListRequest["statusSql"]) {
  const { merged } = strategy.lists;
  const select = selectOf(strategy, shape, statusSql);
  const id = strategy.listedId;
  const order = shape.descending ? sql`start_at desc, ${id} desc` : sql`start_at, ${id}`;
  const placeholders = placeholdersOf(shape);
  const whose = shape.providers === "all" ? {} : { provider: providerAt(strategy, 0) };
  const page =
    windowPage(strategy, shape, { order, statusSql }) ??
    (placeholders === undefined
      ? merged([select(shape.index, whose)], order, value("limit"))
      : providersPage(strategy, shape, { placeholders, select, order }));
  const compiled = page.compile(strategy.queries);
  return { sql: compiled.sql, names: compiled.parameters as readonly string[] };
}

type Select = (index: IndexName, whose: Whose, columns?: RawBuilder<unknown>) => RawBuilder<unknown>;

function selectOf(strategy: SqlStrategy, shape: Shape, statusSql: ListRequest["statusSql"]): Select {
  const { selected, endOf } = strategy.lists;
  const conditionSql = conditionsOf(strategy.lists);
  const end = shape.descending ? "startFrom" : "startBefore";
  const isInStatus = shape.statuses === undefined ? [] : statusSql(shape.statuses);
  return (index, { provider, condition }, columns = selected(indexes[index].table, shape.columns)) => {
    const isByProvider = indexes[index].columns[0] === "provider_id";
    const common = shape.conditions.map((name) =>
      name === end && isByProvider && provider !== undefined
        ? endOf(end, value(end), { column: sql`provider_id`, id: provider })
        : conditionSql[name],
    );
    const isTheirs = provider && sql<boolean>`provider_id = ${provider}`;
    const all = [isTheirs, condition, ...common, ...isInStatus].filter((one) => one !== undefined);
    const where = all.length === 0 ? sql`` : sql` where ${sql.join(all, sql` and `)}`;
    return sql`select ${columns} from ${strategy.from(index)}${where}`;
  };
}

/** The number of placeholders, or undefined if one part of a statement finds everything. */
function placeholdersOf({ index, providers }: Shape): number | undefined {
  if (typeof providers !== "string") return providers.placeholders;
  return providers === "one" && furtherIndexes[index] !== undefined ? 1 : undefined;
}

const providerAt = ({ lists }: SqlStrategy, index: number) => lists.text(value(`provider${index}`));

function providersPage(
  strategy: SqlStrategy,
  { index, descending, columns = columnNames[indexes[index].table] }: Shape,
  { placeholders, select, order }: Pick<ProvidersQuery, "placeholders" | "order"> & { readonly select: Select },
): RawBuilder<unknown> {
  const further = furtherIndexes[index];
  return strategy.lists.ofProviders.page({
    placeholders,
    descending,
    order,
    select: (whose, columns) => select(index, whose, columns),
    further: further && ((whose, columns) => select(further, whose, columns)),
    table: indexes[index].table,
    columns,
    id: (index) => providerAt(strategy, index),
    ids: value("providers"),
    limit: value("limit"),
    share: value("share"),
  });
}

function windowPage(
  strategy: SqlStrategy,
  shape: Shape,
  { order, statusSql }: Pick<ProvidersQuery, "order"> & Pick<ListRequest, "statusSql">,
): RawBuilder<unknown> | undefined {
  const { index, providers, statuses, columns = columnNames[indexes[index].table] } = shape;
  if (typeof providers === "string" || !providers.isWindow) return undefined;
  const [places, others] = [true, false].map((is) => shape.conditions.filter((name) => placeNames.has(name) === is));
  const ids = Array.from({ length: providers.placeholders }, (_, at) => providerAt(strategy, at));
  const isTheirs = { condition: sql<boolean>`provider_id in (${sql.join(ids)})` };
  const ofKeys = selectOf(strategy, { ...shape, statuses: undefined, conditions: places ?? [] }, statusSql);
  const conditionSql = conditionsOf(strategy.lists);
  const rest = [...(others ?? []).map((name) => conditionSql[name]), ...(statuses ? statusSql(statuses) : [])];
  return strategy.lists.ofProviders.window?.page({
    keys: ofKeys(index, isTheirs, keyColumns),
    rest: rest.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(rest, sql` and `)}`,
    table: indexes[index].table,
    ...{ columns, order, limit: value("limit") },
  });
}
