import { aroundColumns, type PlaceSql, rowsAtPlace, type SqlStrategy } from "@slotwright/adapter-sql";
import type { AgendaOwner } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";

/** The statements of `loadAround`. */
export interface AroundStatements {
  /** The rows of a span of places, by whose it is. */
  readonly rows: Readonly<Record<AgendaOwner, Bound>>;
  /** Takes the id of a slot. Returns its provider, start and end. */
  readonly slot: string;
}

/** A statement, and the names of the values that its placeholders take, in this order. */
export interface Bound {
  readonly sql: string;
  readonly names: readonly (keyof typeof place)[];
}

// Compiled with the names of the values in place of the values, as the lists are.
const place = {
  owner: sql`${"owner"}`,
  from: sql`${"from"}`,
  to: sql`${"to"}`,
  most: sql`${"most"}`,
} satisfies PlaceSql;

export function createAround(strategy: SqlStrategy): AroundStatements {
  const compiled = (query: RawBuilder<unknown>) => query.compile(strategy.queries);
  const rows = (of: AgendaOwner): Bound => {
    const selected = sql.join(aroundColumns[of].map((name) => sql.id(name)));
    const { sql: text, parameters } = compiled(rowsAtPlace(strategy, of, place, selected));
    return { sql: text, names: parameters as Bound["names"] };
  };
  return {
    rows: { provider: rows("provider"), subject: rows("subject") },
    slot: compiled(sql`select provider_id, start_at, end_at from ${sql.table("slots")} where id = ${""}`).sql,
  };
}
