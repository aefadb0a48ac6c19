/**
 * Checks what would be published: packs every public package, lints the tarballs, then compiles and runs a small
 * program against them, the way a host application meets them.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly author?: string;
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const packagesFolder = import.meta.dirname;
const consumer = `
import { createEngine, isBookingError, type StorageAdapter } from "@slotwright/core";
import { isStorageError, StorageError } from "@slotwright/core/adapter";
import { isErrorResponse, type SlotJson } from "@slotwright/core/client";
import { busyTimesOf } from "@slotwright/core/icalendar";
import { memoryAdapter } from "@slotwright/core/memory";
import { inputSchemas } from "@slotwright/core/schemas";
import { conformanceCases } from "@slotwright/conformance";
import { createClient, isRequestError } from "@slotwright/client";
import { useSlots } from "@slotwright/client/react";
import { createHandler } from "@slotwright/http";
import { toNodeListener } from "@slotwright/http/node";
import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { postgresAdapter } from "@slotwright/adapter-postgres";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";

const actor = { kind: "test", id: "consumer" };
const adapters: readonly StorageAdapter[] = [memoryAdapter(), sqliteAdapter({ filename: "consumer.sqlite" })];
for (const storage of adapters) {
  await storage.migrate();
  const engine = createEngine({ storage });
  const at = { start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" };
  const { slots } = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: [at] });
  const want = { actor, slotId: slots[0]?.id ?? "", subjectId: "s" };
  const { appointment } = await engine.book(want);
  const second = await engine.book(want).catch((error: unknown) => error);
  const isTaken: boolean = isBookingError(second, "slot_booked");
  const sent: unknown = JSON.parse(JSON.stringify(isBookingError(second) ? second.toResponse() : null));
  const shown: SlotJson["id"] = isErrorResponse(sent, "slot_booked") ? sent.details.slotId : "";
  const isKnown = inputSchemas.book.safeParse(want).success && shown === want.slotId && isStorageError(new StorageError("unknown", ""));
  const handler = createHandler({ engine, actorOf: () => actor });
  const answer = await handler(new Request("http://localhost/appointments/" + appointment.id));
  const isServed = answer.status === 200 && typeof toNodeListener(handler) === "function";
  const client = createClient({ url: "http://localhost", owner: "s", fetch: (url, init) => handler(new Request(url, init)) });
  const late = await client.commands.book({ slotId: want.slotId, subjectId: "s" }).catch((error: unknown) => error);
  const isAnswered = isRequestError(late, "slot_booked") && late.details.slotId === want.slotId && typeof useSlots === "function";
  client.close();
  await handler.close();
  if (!isServed || !isAnswered || appointment.status !== "confirmed" || !isTaken || !isKnown) throw new Error("the packed packages do not work");
  await storage.close();
}
const calendar = "BEGIN:VCALENDAR\\nBEGIN:VEVENT\\nDTSTART:20260302T090000Z\\nDURATION:PT1H\\nEND:VEVENT\\nEND:VCALENDAR";
const week = { from: "2026-03-02T00:00:00Z", until: "2026-03-09T00:00:00Z", timeZone: "Europe/Berlin" };
if (busyTimesOf({ calendar, ...week }).length !== 1) throw new Error("the packed core reads no calendar");
// Making an adapter touches nothing: the servers' packages load and compile.
const onServers: readonly StorageAdapter[] = [
  postgresAdapter({ connectionString: "postgres://localhost/none" }),
  mysqlAdapter({ uri: "mysql://localhost/none" }),
];
for (const storage of onServers) await storage.close();
console.log(\`packed packages work; \${conformanceCases.length} conformance cases\`);
`;

function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  }
}

function publicPackages(): readonly { readonly folder: string; readonly manifest: Manifest }[] {
  return readdirSync(packagesFolder)
    .map((name) => join(packagesFolder, name))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** Errors are told apart by their class: with a copy of the core for each adapter, the engine would know none of theirs. */
function requireOneCore({ name, dependencies = {} }: Manifest): void {
  if ("@slotwright/core" in dependencies)
    throw new Error(`${name} must have @slotwright/core as a peer, not of its own.`);
}

/** The consumer stands for a host, and a package that it leaves out is not tried. */
function requireTried({ name }: Manifest): void {
  if (!consumer.includes(`"${name}"`)) throw new Error(`The consumer of check-packages.ts must import ${name}.`);
}

/** The suite is for tests: it and its fast-check are nothing that a host runs. */
function requireNoSuite({ name }: Manifest, target: string): void {
  if (name === "@slotwright/conformance") return;
  const files = readdirSync(join(target, "dist"), { recursive: true, encoding: "utf8" });
  const loading = files.filter((file) => /\.(js|d\.ts)$/.test(file) && loadsSuite(join(target, "dist", file)));
  if (loading.length > 0) throw new Error(`${name} must not load the conformance suite, as ${loading.join(", ")} do.`);
}

function loadsSuite(file: string): boolean {
  return /"(@slotwright\/conformance|fast-check)\b/.test(readFileSync(file, "utf8"));
}

/** Lints the package as it would be published, and unpacks it where the consumer finds it. */
function packInto(work: string, { folder, manifest }: { readonly folder: string; readonly manifest: Manifest }): void {
  requireOneCore(manifest);
  requireTried(manifest);
  const tarball = join(work, `${manifest.name.replace("/", "-")}.tgz`);
  run("pnpm", ["pack", "--out", tarball], folder);
  run("publint", [tarball, "--strict"], folder);
  run("attw", [tarball, "--profile", "esm-only"], folder);
  const target = join(work, "node_modules", manifest.name);
  mkdirSync(target, { recursive: true });
  run("tar", ["-xzf", tarball, "-C", target, "--strip-components", "1"], work);
  requireForReaders(target, folder);
  requireNoSuite(manifest, target);
}

/** Under which terms it may be used, whose it is, where it comes from, and what it is for. */
function requireForReaders(unpacked: string, folder: string): void {
  const manifest = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8")) as Manifest;
  const { name, license, author, repository } = manifest;
  const directory = relative(dirname(packagesFolder), folder);
  const lacks = [
    ...(license === "MIT" ? [] : ['"license": "MIT"']),
    ...(author === "the Slotwright authors" ? [] : ['"author": "the Slotwright authors"']),
    ...(repository?.url !== undefined && repository.directory === directory ? [] : [`"repository" of ${directory}`]),
    ...["LICENSE", "README.md"].filter((file) => !existsSync(join(unpacked, file))),
  ];
  if (lacks.length > 0) throw new Error(`The tarball of ${name} lacks ${lacks.join(", ")}.`);
}

/** Third-party dependencies come from the workspace; only our own packages are under test. */
function linkDependencies(
  work: string,
  { folder, manifest }: { readonly folder: string; readonly manifest: Manifest },
): void {
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const source = [folder, dirname(packagesFolder)]
      .map((root) => join(root, "node_modules", name))
      .find((path) => existsSync(path));
    const target = join(work, "node_modules", name);
    if (source === undefined || existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(source, target);
  }
}

function main(): void {
  const work = mkdtempSync(join(tmpdir(), "slotwright-packed-"));
  try {
    const packages = publicPackages();
    for (const one of packages) packInto(work, one);
    for (const one of packages) linkDependencies(work, one);
    const types = join("node_modules", "@types");
    mkdirSync(join(work, types), { recursive: true });
    symlinkSync(join(dirname(packagesFolder), types, "node"), join(work, types, "node"));
    writeFileSync(join(work, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(work, "consumer.ts"), consumer);
    const options = ["--module", "nodenext", "--target", "es2024", "--lib", "es2024", "--strict", "--types", "node"];
    run("tsc", [...options, "consumer.ts"], work);
    console.log(run("node", ["consumer.js"], work).trim());
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

main();
