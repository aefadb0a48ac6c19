import { decideAllowed } from "../engine/decide.ts";
import type { EngineOptions } from "../engine/options.ts";
import { policiesOf } from "../engine/policy-options.ts";
import type { Envelope } from "../engine/request.ts";
import type { CommandName } from "../model/journal.ts";
import type { Context, Decision, Rule, Seen } from "../rules/decision.ts";
import { rules } from "../rules/index.ts";

/** Decides a command, as `parseCommand` has made it, on what was seen. */
export type Decide = (name: CommandName, command: object, seen: Seen, context: Context) => Decision<object>;

/**
 * How an engine with these options decides: the rule of the command, and then its policies. `authorize` agrees.
 *
 * @throws BookingError `invalid_input` for policies that need `audienceOf`
 */
export function decideBy(options: Pick<EngineOptions<unknown>, "policies" | "audienceOf">): Decide {
  const { audienceOf } = options;
  const settings = { policies: policiesOf(options), audienceOf, authorize: undefined };
  return (name, command, seen, context) => {
    const rule = rules[name] as Rule<unknown, object>;
    return decideAllowed(settings, { name, command: command as Envelope, rule }, seen, context);
  };
}
