import { readFileSync } from "node:fs";
import { join } from "node:path";
import { callCodes, inputSchemas } from "@slotwright/core/schemas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiPage, codesIn, declarations, engineCalls, engineFiles, inputFiles, inputsOf, tagOf } from "./api.ts";
import { type LanguageServer, type Member, openLanguageServer } from "./language-server.ts";

const root = join(import.meta.dirname, "..");
let server: LanguageServer;
let calls: readonly Member[];

beforeAll(async () => {
  server = await openLanguageServer(root);
  calls = await engineCalls(server);
});
afterAll(() => server.close());

/** What the examples take for granted. */
const stage = `
import { type Actor, createEngine, type Engine } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
interface Client { query(text: string, values: readonly unknown[]): Promise<unknown> }
declare const engine: Engine<Client, Client>;
declare const transaction: Client;
declare const actor: Actor;
declare const [slotId, appointmentId, subjectId, idempotencyKey]: readonly [string, string, string, string];
declare const signal: AbortSignal;
`;

/** The example of `createEngine`, which is no member of an interface. */
function exampleOfCreateEngine(): string {
  const source = readFileSync(join(root, "packages/core/src/engine/engine.ts"), "utf8");
  const [, example = ""] = /```ts\n([\s\S]*?)\n \* ```/.exec(source) ?? [];
  return example.replaceAll(/^ \* ?/gm, "");
}

/** What a host gives to the engine; the rest of these files is not the host's to see. */
const isGiven = (owner: string) => /^Actor$|(?:Input|Options|Envelope)$/.test(owner);

interface Described {
  readonly toJSONSchema: (options: { readonly io: "input" }) => {
    readonly properties?: Readonly<Record<string, unknown>>;
  };
}

/** What a schema says of a field, and the documentation of the field does not. */
function unnamedIn(fields: readonly Member[], schema: Described): readonly string[] {
  const { properties = {} } = schema.toJSONSchema({ io: "input" });
  return fields.flatMap((field) => {
    // Digits are in groups: 16 384.
    const text = field.text.replaceAll(/(?<=\d)\s(?=\d{3})/g, "");
    const wanted = wantedOf((properties[field.name] ?? {}) as Constraints);
    return wanted.filter((words) => !text.includes(words)).map((words) => `${nameOf(field)}: ${words}`);
  });
}

interface Constraints {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
}

function wantedOf({ minimum, maximum, maxLength, maxItems, default: value }: Constraints): readonly string[] {
  const bounds = [minimum, maximum, maxLength, maxItems].filter((bound) => bound !== undefined);
  const text = JSON.stringify(value);
  const named = text === undefined ? [] : [`Default ${typeof value === "number" ? text : `\`${text}\``}`];
  // A whole number of any size has the bounds of JavaScript.
  return [...bounds.filter((bound) => Math.abs(bound) < Number.MAX_SAFE_INTEGER).map(String), ...named];
}

const nameOf = ({ owner, name }: Member) => `${owner}.${name}`;

describe("the documentation that an editor shows", () => {
  it.each([...engineFiles, ...inputFiles])("says something over every member in %s", async (file) => {
    const members = (await server.membersOf(file)).filter(({ owner }) => engineFiles.includes(file) || isGiven(owner));
    expect(members.length).toBeGreaterThan(0);
    expect(members.filter(({ text }) => text === "").map(nameOf)).toEqual([]);
  });

  it("says of every call what it answers, and which codes it can reject with", () => {
    const documented = calls.filter(({ owner }) => owner !== "InTransaction");
    expect(documented.filter((call) => tagOf(call, "returns") === "").map(nameOf)).toEqual([]);
    const codes = documented.map((call) => [call.name, [...codesIn(call)].sort()] as const);
    const known = Object.entries(callCodes).map(([name, list]) => [name, [...list].sort()] as const);
    const atOnce = { within: [], as: ["invalid_input"], now: ["invalid_input"] };
    expect(Object.fromEntries(codes)).toEqual({ ...Object.fromEntries(known), ...atOnce });
  });

  it("has an example for every call, all of which compile", async () => {
    const documented = calls.filter(({ owner }) => owner !== "InTransaction");
    const examples = documented.map((call) => [
      nameOf(call),
      /\*@example\*\n```ts\n([\s\S]*?)\n```/.exec(call.text)?.[1],
    ]);
    expect(examples.filter(([, example]) => example === undefined)).toEqual([]);
    examples.push(["createEngine", exampleOfCreateEngine()]);
    const bodies = examples.map(
      ([name, example], index) => `export const example${index} = async () => {\n// ${name}\n${example}\n};`,
    );
    expect(await server.problemsOf("docs/examples-of-the-api.ts", stage + bodies.join("\n"))).toEqual([]);
  });

  it("is shown over the commands and reads of an actor's engine, too", async () => {
    const own = calls.filter(({ owner }) => /^(?:SlotCommands|AppointmentCommands|Previews|EngineReads)$/.test(owner));
    const text = `${stage}${own.map(({ name }) => `engine.as(actor).${name};`).join("\n")}`;
    const first = stage.split("\n").length - 1;
    const places = own.map((_, index) => ({ line: first + index, character: "engine.as(actor).".length }));
    const hovers = await server.hoversIn("docs/hovers-of-an-actor.ts", text, places);
    expect(own.filter((call, index) => !hovers[index]?.includes(call.text)).map(nameOf)).toEqual([]);
    expect(hovers[own.findIndex(({ name }) => name === "book")]).toContain('Omit<BookSlotInput, "actor">');
    expect(hovers[own.findIndex(({ name }) => name === "getAppointment")]).toContain("Promise<Shown<Appointment>>");
  });

  it.each(Object.keys(inputSchemas) as readonly (keyof typeof inputSchemas)[])(
    "names every bound and default that the schema has: %s",
    async (name) => {
      const known = await declarations(server);
      const call = calls.find((one) => one.name === name) as Member;
      const schema = inputSchemas[name];
      const schemas: readonly Described[] = "options" in schema ? schema.options : [schema];
      const inputs = inputsOf(call, known);
      expect(inputs.length).toBe(schemas.length);
      const unnamed = inputs.flatMap((input, index) => unnamedIn(known.fieldsOf(input), schemas[index] as Described));
      expect(unnamed).toEqual([]);
    },
  );

  it("has a row in README.md for every option of createEngine", async () => {
    const { fieldsOf } = await declarations(server);
    const [, table = ""] = readFileSync(join(root, "README.md"), "utf8").split("| option of `createEngine`");
    const [rows = ""] = table.split("\n\n");
    const missing = fieldsOf("EngineOptions").filter(({ name }) => !rows.includes(`\`${name}\``));
    expect(missing.map(nameOf)).toEqual([]);
  });

  it("has a row in operations.md for every warning", async () => {
    const warnings = await server.membersOf("packages/core/src/warnings.ts");
    const codes = warnings.filter(({ owner }) => owner === "WarningDetails").map(({ name }) => name);
    const page = readFileSync(join(root, "docs", "operations.md"), "utf8");
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code) => !page.includes(`\n| \`${code}\` `))).toEqual([]);
  });

  it("makes docs/api.md", async () => {
    expect(readFileSync(join(root, "docs", "api.md"), "utf8")).toBe(await apiPage(server));
  });
});
