import { frozenModule } from "@slotwright/adapter-sql/schema";
import { schemaObjects } from "./objects.ts";

const namespace = { schema: "{schema}", prefix: "{prefix}" };

/** The unreleased migrations, as text. */
export const frozenMigrations = [
  {
    file: new URL("../src/migrations/0001-initial.ts", import.meta.url),
    text: frozenModule("initial", { version: 1, name: "initial", oldestCode: 1, objects: schemaObjects(namespace) }),
  },
];
