export { type Audit, audit, type Finding, invariantNumbers, isClean } from "./audit.ts";
export { type Invariant, invariants } from "./checks.ts";
export { type Shown, shownIn, type Told } from "./told.ts";
