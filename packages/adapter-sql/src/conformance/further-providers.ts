import assert from "node:assert/strict";
import { ms } from "./guard-stage.ts";
import { intoAppointments } from "./statements.ts";

const one = "slotwright_appointments";
const where = "where id = 'by-hand'";

const insertion = intoAppointments({
  id: "'by-hand'",
  status: "'scheduled'",
  provider_ids: `'["provider-1","room-1","room-2"]'`,
});

/** Statements that no adapter runs, and the expected table of further providers after each. */
const steps: readonly (readonly [sql: string, rows: readonly string[]])[] = [
  [`insert ${insertion}`, [`room-1 ${ms(30)} scheduled`, `room-2 ${ms(30)} scheduled`]],
  [
    `update ${one} set provider_ids = '["provider-1","room-2","room-3"]' ${where}`,
    [`room-2 ${ms(30)} scheduled`, `room-3 ${ms(30)} scheduled`],
  ],
  [`update ${one} set provider_ids = '["provider-1","room-3"]' ${where}`, [`room-3 ${ms(30)} scheduled`]],
  [`update ${one} set start_at = ${ms(31)} ${where}`, [`room-3 ${ms(31)} scheduled`]],
  [`update ${one} set status = 'cancelled' ${where}`, [`room-3 ${ms(31)} cancelled`]],
  [`update ${one} set provider_ids = '["provider-1"]' ${where}`, []],
  [`update ${one} set provider_ids = '["provider-1","room-1"]' ${where}`, [`room-1 ${ms(31)} cancelled`]],
  [`update ${one} set provider_ids = null ${where}`, []],
  [`update ${one} set provider_ids = '["provider-1","room-2"]' ${where}`, [`room-2 ${ms(31)} cancelled`]],
  [`delete from ${one} ${where}`, []],
];

/**
 * The database keeps the table of further providers up to date, whatever writes the appointments.
 * @param run Runs SQL by hand.
 */
export async function followsFurtherProviders(
  run: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>,
): Promise<void> {
  for (const [sql, expected] of steps) {
    await run(sql);
    const rows = await run(
      "select provider_id, start_at, status from slotwright_further_providers where id = 'by-hand' order by provider_id",
    );
    assert.deepEqual(
      rows.map((row) => Object.values(row).join(" ")),
      expected,
      sql,
    );
  }
}
