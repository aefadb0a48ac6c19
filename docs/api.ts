/** Makes docs/api.md from what an editor shows over the engine's members: `npx --yes pnpm@12 reference` writes it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LanguageServer, Member } from "./language-server.ts";
import { code, table } from "./markdown.ts";

const root = join(import.meta.dirname, "..");
const core = "packages/core/src";

/** Where the members of `Engine` stand. */
export const engineFiles = ["slot-commands", "appointment-commands", "previews", "reads", "engines"].map(
  (name) => `${core}/engine/api/${name}.ts`,
);

export async function engineCalls(server: LanguageServer): Promise<readonly Member[]> {
  return (await Promise.all(engineFiles.map(server.membersOf))).flat();
}

/** Where its inputs and options stand. */
export const inputFiles = [
  `${core}/model/command-envelope.ts`,
  `${core}/model/command-inputs.ts`,
  `${core}/model/request-inputs.ts`,
  `${core}/model/read-inputs.ts`,
  `${core}/model/create-many-slots.ts`,
  `${core}/model/set-availability-input.ts`,
  `${core}/model/publish-slots.ts`,
  `${core}/model/import-busy.ts`,
  `${core}/model/values.ts`,
  `${core}/engine/reconcile.ts`,
  `${core}/engine/options.ts`,
  `${core}/engine/recent-slots.ts`,
  `${core}/engine/lanes.ts`,
];

/** Where the rest of what the page shows stands. */
const otherFiles = [
  `${core}/engine/page.ts`,
  `${core}/engine/feed/changes.ts`,
  `${core}/engine/live/live-slots.ts`,
  `${core}/model/open-slot.ts`,
  `${core}/model/free-time.ts`,
  `${core}/model/override.ts`,
  `${core}/engine/check-sync.ts`,
  `${core}/rules/authorize.ts`,
  `${core}/rules/policy.ts`,
  `${core}/engine/preview/preview.ts`,
  `${core}/engine/explain/explain.ts`,
  `${core}/rules/set-availability.ts`,
  `${core}/rules/create-slots.ts`,
  `${core}/rules/block.ts`,
  `${core}/rules/hold.ts`,
  `${core}/rules/hold-slots.ts`,
  `${core}/rules/book.ts`,
  `${core}/rules/request.ts`,
  `${core}/rules/accept.ts`,
  `${core}/rules/offer.ts`,
  `${core}/rules/decline-offer.ts`,
  `${core}/rules/check-in.ts`,
  `${core}/rules/cancel.ts`,
  `${core}/rules/sync.ts`,
];

/** The fields of an interface, those of the interfaces that it extends included, and the parts of a union. */
interface Declarations {
  readonly fieldsOf: (type: string) => readonly Member[];
  readonly partsOf: (type: string) => readonly string[];
}

export async function declarations(server: LanguageServer): Promise<Declarations> {
  const files = [...inputFiles, ...otherFiles];
  const source = files.map((file) => readFileSync(join(root, file), "utf8")).join("\n");
  const members = (await Promise.all(files.map(server.membersOf))).flat();
  const bases = new Map(
    [...source.matchAll(/^export interface (\w+)[^{]*? extends ([\w, ]+)/gm)].map(([, name, list]) => [name, list]),
  );
  const unions = new Map(
    [...source.matchAll(/^export type (\w+) = ([\w |]+);$/gm)].map(([, name, list]) => [name, list]),
  );
  const fieldsOf = (type: string): readonly Member[] => {
    const inherited = (bases.get(type)?.trim().split(", ") ?? []).flatMap(fieldsOf);
    const own = members.filter(({ owner }) => owner === type);
    return [...own, ...inherited.filter(({ name }) => own.every((field) => field.name !== name))];
  };
  return { fieldsOf, partsOf: (type) => unions.get(type)?.split(" | ") ?? [type] };
}

/** Markdown as it fits into a line. */
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").trim();

/** The text of a tag: `*@returns* — …`. */
export function tagOf({ text }: Member, tag: string): string {
  return oneLine(new RegExp(`\\*@${tag}\\* — ([\\s\\S]*?)(?=\\n\\*@|$)`).exec(text)?.[1] ?? "");
}

const descriptionOf = ({ text }: Member) => (text.split(/\n*\*@\w+\*/)[0] ?? "").trim();

/** Of `(property) HoldInput.seconds?: number | undefined` the type, and whether the field may be left out. */
function typeOf({ signature, name }: Member): { readonly type: string; readonly isOptional: boolean } {
  const [, mark, type = ""] = new RegExp(`\\.${name}(\\??): ([\\s\\S]*)$`).exec(signature) ?? [];
  return { type: type.replace(/ \| undefined$/, ""), isOptional: mark === "?" };
}

function fieldTable(fields: readonly Member[]): string {
  const rows = fields.map((field) => {
    const { type, isOptional } = typeOf(field);
    return [code(field.name), oneLine(code(type)), isOptional ? "" : "yes", oneLine(field.text)];
  });
  return table(["field", "type", "required", "meaning, bounds and default"], rows);
}

/** The codes that its documentation names. */
export function codesIn(member: Member): readonly string[] {
  return [...tagOf(member, "throws").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
}

/** As the host's own engine has it. */
const signatureOf = ({ signature }: Member) =>
  signature
    .replaceAll(/(?:InputOf|SeenBy)<(\w+), Whose>/g, "$1")
    .replaceAll(", Whose>", ">")
    .replace("<Whose>", "");

/** The interfaces of which one is what a call takes. */
export function inputsOf(call: Member, { partsOf }: Declarations): readonly string[] {
  const [, input] = /\(input\??: (\w+)\)/.exec(signatureOf(call)) ?? [];
  return input === undefined ? [] : partsOf(input);
}

function callSection(call: Member, known: Declarations): string {
  const { fieldsOf } = known;
  const [, parameters = "", result = ""] = /\.\w+(?:<[^(]+>)?\(([\s\S]*)\): ([\s\S]*)$/.exec(signatureOf(call)) ?? [];
  const tables = inputsOf(call, known).map((type) => `${code(type)}:\n\n${fieldTable(fieldsOf(type))}`);
  const parameter = tagOf(call, "param");
  const codes = codesIn(call).map(code).join(", ");
  return [
    `### ${call.name}`,
    `${code(`${call.name}(${oneLine(parameters)})`)} answers ${code(oneLine(result))}.`,
    descriptionOf(call),
    ...(parameter === "" ? [] : [parameter]),
    ...tables,
    `**Answer.** ${tagOf(call, "returns")}`,
    ...(codes === "" ? [] : [`**Codes.** ${codes}.`]),
  ].join("\n\n");
}

function typeSection(type: string, { fieldsOf }: Declarations): string {
  return `### ${type}\n\n${fieldTable(fieldsOf(type))}`;
}

const answers = [
  "PublishedSlots",
  "OutsideSlot",
  "ChangedAvailability",
  "CreatedSlots",
  "CreatedSoFar",
  "ChangedSlot",
  "HeldSlot",
  "SlotsOfHold",
  "Booked",
  "Requested",
  "Accepted",
  "Offered",
  "DeclinedOffer",
  "ChangedAppointment",
];
const furtherAnswers = [
  "EndedAppointment",
  "Page",
  "Changes",
  "ChangesPage",
  "SyncReport",
  "ReconcileReport",
  "Finding",
];
const liveAnswers = ["LiveStanding", "OpenSlot", "OpenDay"];
const questions = [
  "CommandRequest",
  "OverrideRequest",
  "ReadRequest",
  "ListRequest",
  "HistoryRequest",
  "ChangesRequest",
  "ReconcileRequest",
  "Hiding",
];
const options = ["EngineOptions", "RetryOptions", "CoalesceOptions", "RememberOptions"];

/** docs/api.md, as the documentation in the code makes it. */
export async function apiPage(server: LanguageServer): Promise<string> {
  const calls = await engineCalls(server);
  const known = await declarations(server);
  const sectionsOf = (owner: string) =>
    calls.filter((call) => call.owner === owner).map((call) => callSection(call, known));
  const types = (names: readonly string[]) => names.map((name) => typeSection(name, known));
  const parts = [
    "# API",
    "Made from the documentation in the code by `npx --yes pnpm@12 reference`.",
    "Times are instants: a `Date`, an RFC 3339 string with an offset, a `Temporal` object, or [a local time with its zone](time.md), in milliseconds at the finest. A range has its start and not its end. Answers have `Date`s. An id is a string of 1 to 128 characters, without control characters and without white space at its ends. A call that cannot do what it is asked rejects with a `BookingError`, whose `code` is one of those that the call lists; the [reference](reference.md) says what each means.",
    "## Commands about slots",
    ...sectionsOf("SlotCommands"),
    "## Commands about appointments",
    ...sectionsOf("AppointmentCommands"),
    "## Previews and explanations",
    ...sectionsOf("Previews"),
    "## Reads",
    ...sectionsOf("EngineReads"),
    ...sectionsOf("LiveReads"),
    "What it returns, [live slots](live.md), answers without the database:",
    ...types(["LiveOpenInput", "CountByDayInput", "NextOpenInput"]),
    "## Transactions and actors",
    ...sectionsOf("Engine"),
    "## An actor's engine",
    "What `as(actor)` returns has the commands and reads above. Its inputs have no `actor`, and in what its reads answer, the fields that `authorize` may hide can be null. [Who may see what](access.md) tells the rest.",
    ...sectionsOf("ActorEngine"),
    "## Options of createEngine",
    ...types(options),
    "## Policies",
    "[Policies](policies.md) has those that are supplied.",
    ...types(["Policy", "Proposal", "Objection"]),
    "## What authorize is asked",
    ...types(questions),
    "## Parts of inputs",
    ...types(["Actor", "Override", "NewSlotInput"]),
    "## Parts of answers",
    ...types([...answers, "PreviewReason", "Explanation", ...furtherAnswers, ...liveAnswers]),
  ];
  return `${parts.join("\n\n")}\n`;
}
