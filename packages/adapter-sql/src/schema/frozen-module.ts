import type { Migration } from "../migrations.ts";

/** A migration as the text of a module, to be reviewed and then never changed. */
export function frozenModule(constant: string, migration: Migration): string {
  const { version, name, oldestCode, objects } = migration;
  const parts = objects.map(
    ({ kind, name: of, on, statement }) =>
      `    {\n      kind: ${JSON.stringify(kind)},\n      name: ${JSON.stringify(of)},\n${
        on === undefined ? "" : `      on: ${JSON.stringify(on)},\n`
      }      statement: ${literal(statement)},\n    },\n`,
  );
  return `import type { Migration } from "@slotwright/adapter-sql";

// Written by \`pnpm freeze\` from the catalogue and the guards. Once released, it never changes.
export const ${constant}: Migration = {
  version: ${version},
  name: ${JSON.stringify(name)},
  oldestCode: ${oldestCode},
  objects: [
${parts.join("")}  ],
};
`;
}

function literal(text: string): string {
  return `\`${text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}\``;
}
