import { frozenModule } from "@slotwright/adapter-sql/schema";
import { schemaObjects } from "./objects.ts";

const namespace = { database: "{database}", prefix: "{prefix}" };

/** The unreleased migrations, as text. */
export const frozenMigrations = (["mysql", "mariadb"] as const).map((server) => ({
  file: new URL(`../src/migrations/${server}-0001-initial.ts`, import.meta.url),
  text: frozenModule("initial", {
    version: 1,
    name: "initial",
    oldestCode: 1,
    objects: schemaObjects(namespace, server),
  }),
}));
