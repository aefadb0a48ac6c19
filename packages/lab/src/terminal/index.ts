export { optionsOf } from "./options-of.ts";
export { createProgress, type Progress } from "./progress.ts";
export { bad, type Cells, good, heading, table } from "./tables.ts";
export { wholeNumber } from "./whole-number.ts";
