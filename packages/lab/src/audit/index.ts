export { type Audit, type AuditFinding, audit, invariantNumbers, isClean } from "./audit.ts";
export { type Invariant, invariants } from "./checks.ts";
export { type Shown, shownIn, type ToldOutcome } from "./told.ts";
