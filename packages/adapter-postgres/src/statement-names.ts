import { createHash } from "node:crypto";
import type { Statement } from "./connection.ts";

const known = new Map<string, Statement>();

/** A statement's name is derived from its text, so statements of another version or prefix have other names. */
export function statementOf(sql: string): Statement {
  const statement = known.get(sql) ?? { sql, name: hashed(sql) };
  known.set(sql, statement);
  return statement;
}

function hashed(sql: string): string {
  return `slotwright_${createHash("sha256").update(sql).digest("hex").slice(0, 20)}`;
}
