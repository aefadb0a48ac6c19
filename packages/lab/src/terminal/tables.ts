import { styleText } from "node:util";
// Aligning columns, also with wide characters, takes more than a few lines of code. This library is maintained and
// small.
import { Table } from "console-table-printer";

export type Cells = Readonly<Record<string, string | number | null>>;

/** A text table: numbers are aligned to the right, everything else to the left. */
export function table(rows: readonly Cells[]): string {
  const names = Object.keys(rows[0] ?? {});
  const columns = names.map((name) => {
    const isNumeric = rows.every((row) => typeof row[name] === "number");
    return { name, alignment: isNumeric ? ("right" as const) : ("left" as const) };
  });
  const printed = new Table({ columns, shouldDisableColors: true });
  printed.addRows(rows.map((row) => ({ ...row })));
  return printed.render();
}

/** Coloured only on a terminal, and not if NO_COLOR is set: `styleText` checks both. */
export const heading = (text: string): string => `\n${styleText("bold", text)}`;
export const good = (text: string): string => styleText("green", text);
export const bad = (text: string): string => styleText(["red", "bold"], text);
