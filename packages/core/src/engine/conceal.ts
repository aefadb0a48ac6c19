import type { Refusal } from "../errors/index.ts";
import type { RecordKey } from "../model/record.ts";
import { slotAsOf } from "../model/slot.ts";
import { type Forbidden, foundFor, namedBy, refuseAbsent } from "../rules/authorize.ts";
import type { Context } from "../rules/decision.ts";
import { slotKey } from "../rules/find.ts";
import { type CommandAndRule, forbid } from "./decide.ts";
import type { EngineSettings } from "./options.ts";
import type { Records } from "./records.ts";
import { hiddenFrom } from "./visible.ts";

/**
 * Goes on after `authorize` has said no. Records that the command names and the actor may not see are taken for absent
 * from here on, and a slot that was found for it and they may not see for not found. Whatever follows is then what
 * follows if these do not exist. `authorize` is asked again.
 *
 * @returns The refusal: `..._not_found` for the first record that is absent, or else what `authorize` said. Undefined if
 * `authorize` allows the command for records that do not exist: the rule then says what is missing.
 */
export async function conceal(
  settings: EngineSettings,
  request: CommandAndRule,
  context: Context,
  records: Records,
  said: Forbidden,
): Promise<Refusal | undefined> {
  if (said.isWrong) return said.refusal;
  const input = { ...request.command };
  let refusal: Refusal | undefined = said.refusal;
  for (const key of namedBy(request.name, input)) {
    if (await isVisible(settings, context, records, key)) continue;
    records.conceal(key);
    refusal = undefined;
  }
  const found = foundFor(records.seen, context);
  if (found !== undefined && !(await isVisible(settings, context, records, slotKey(found)))) {
    records.seen.found = [];
    refusal = undefined;
  }
  refusal ??= forbid(settings, request, records.seen, context)?.refusal;
  return refusal && (refuseAbsent(request.name, input, records.seen) ?? refusal);
}

/** Whether the actor may see it. What is absent needs no concealing. */
async function isVisible(
  settings: EngineSettings,
  { actor, now }: Context,
  { get }: Records,
  key: RecordKey,
): Promise<boolean> {
  const record = get(key);
  if (record?.kind !== "slot" && record?.kind !== "appointment") return true;
  const asOfNow = record.kind === "slot" ? slotAsOf(record, now) : record;
  return (await hiddenFrom({ ...settings, actor }, { action: "read", now, record: asOfNow })) !== undefined;
}
