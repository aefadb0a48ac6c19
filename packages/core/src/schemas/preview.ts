import { z } from "zod";
import { commandSchemas } from "../model/commands.ts";
import { type HostCommandName, hostCommandNames } from "../model/journal.ts";

/** What a preview takes of one caller: the name of a command, and its input without an actor and a key. */
export const previewSchema = z.union(
  hostCommandNames.flatMap(schemasOf) as unknown as readonly [z.ZodObject, z.ZodObject, ...z.ZodObject[]],
);

function schemasOf(name: HostCommandName): readonly z.ZodObject[] {
  const schema: z.ZodObject | z.ZodUnion<readonly z.ZodObject[]> = commandSchemas[name];
  const forms = "options" in schema ? schema.options : [schema];
  return forms.map((form) => {
    const input = form.omit({ actor: true, idempotencyKey: true });
    return z.strictObject({ command: z.literal(name), input });
  });
}
