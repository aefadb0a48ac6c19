/**
 * Makes docs/reference.md from the tables in the code, and docs/api.md from its documentation: `npx --yes pnpm@12 reference`.
 * Tests hold code and pages together.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  appointmentTransitions,
  errorCatalogue,
  errorCodes,
  faultCatalogue,
  limits,
  type StateChange,
  slotTransitions,
} from "@slotwright/core";
import { apiPage } from "./api.ts";
import { openLanguageServer } from "./language-server.ts";
import { code, table } from "./markdown.ts";

const yes = (is: boolean) => (is ? "yes" : "");

function errorTable(): string {
  const rows = errorCodes.map((name) => {
    const { status, recoverable, transient, title } = errorCatalogue[name];
    return [code(name), String(status), yes(recoverable), yes(transient), title];
  });
  return table(["code", "HTTP", "recoverable", "transient", "meaning"], rows);
}

function transitionTable(transitions: readonly StateChange<string>[]): string {
  const rows = transitions.map(({ from, to, by }) => [
    from === null ? "–" : code(from),
    code(to),
    by.map(code).join(", "),
  ]);
  return table(["from", "to", "by"], rows);
}

function faultTable(): string {
  const rows = Object.entries(faultCatalogue).map(([kind, { invariant, problem, repair }]) => [
    code(kind),
    String(invariant),
    problem,
    repair ?? "a person must decide",
  ]);
  return table(["fault", "invariant", "what is wrong", "what `reconcile` does"], rows);
}

function limitTable(): string {
  const rows = Object.entries(limits).map(([name, value]) => [
    code(name),
    name === "earliest" || name === "latest" ? new Date(value).toISOString() : String(value),
  ]);
  return table(["limit", "value"], rows);
}

export function reference(): string {
  return `# Reference

Made from the tables in the code by \`npx --yes pnpm@12 reference\`.

## Errors

\`recoverable\`: a person can get further, by another time, a corrected input, or trying later. \`transient\`: the same
request, unchanged, may succeed later.

${errorTable()}

## Transitions of a slot

A hold that has expired counts as over, so expiry needs no row: its slot counts as \`available\`, or as \`withdrawn\` if it was
made of a computed opening. What is then put in the place of such a slot (by \`createSlots\`, \`publishSlots\`, \`book\`, \`hold\`, \`accept\`
or \`reschedule\`) writes that, from \`held\` to \`withdrawn\`. Everything else is refused.

${transitionTable(slotTransitions)}

## Transitions of an appointment

${transitionTable(appointmentTransitions)}

## Invariants

1. A slot is \`booked\` if and only if it has an appointment; \`held\` if and only if it has a hold.
2. Slots of one schedule and seat never overlap, blocked ones aside.
3. An appointment lies within each of its slots; its provider and facility are those of the slot it was booked on.
4. An appointment is \`confirmed\`, \`checked_in\` or \`completed\` if and only if it owns at least one slot.
5. Every change of a slot, an appointment or an availability has exactly one journal entry, and versions have no gaps.
6. A command takes effect at most once per idempotency key.
7. What was acknowledged is durable and visible; what was refused left nothing behind.

## What checkSync and reconcile find

${faultTable()}

## Limits of inputs

Lengths in characters, times in milliseconds unless the name says otherwise; \`latest\` is exclusive.

${limitTable()}
`;
}

async function writePages(): Promise<void> {
  const docs = import.meta.dirname;
  writeFileSync(join(docs, "reference.md"), reference());
  const server = await openLanguageServer(join(docs, ".."));
  try {
    writeFileSync(join(docs, "api.md"), await apiPage(server));
  } finally {
    server.close();
  }
}

if (import.meta.main) await writePages();
