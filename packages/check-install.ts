/**
 * Installs the packed packages as README says, with each package manager, in an empty folder outside of the repository, and
 * books on SQLite there: `node packages/check-install.ts`, after a build.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const packagesFolder = import.meta.dirname;
const installed = ["core", "adapter-sqlite"];

const application = `
import { createEngine } from "@slotwright/core";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";

const storage = sqliteAdapter({ filename: "bookings.sqlite" });
await storage.migrate();
const engine = createEngine({ storage });
const actor = { kind: "patient", id: "ann" };
const slots = [{ start: "2027-03-01T08:00:00Z", end: "2027-03-01T08:30:00Z" }];
const { slots: [slot] } = await engine.createSlots({ actor, providerId: "dr-grey", facilityId: "north", slots });
const { appointment } = await engine.book({ actor, slotId: slot.id, subjectId: "ann" });
const taken = await engine.book({ actor, slotId: slot.id, subjectId: "bob" }).catch(({ code }) => code);
await storage.close();
console.log(appointment.status, taken);
`;

interface PackageManager {
  readonly name: string;
  readonly command: readonly string[];
  /** Without these packages' own scripts: none of them needs any. */
  readonly add: readonly string[];
}

const managers: readonly PackageManager[] = [
  { name: "npm", command: ["npm"], add: ["install", "--no-audit", "--no-fund"] },
  { name: "pnpm", command: ["npx", "--yes", "pnpm@12"], add: ["add"] },
  { name: "yarn", command: ["npx", "--yes", "yarn@1"], add: ["add", "--non-interactive", "--ignore-engines"] },
  { name: "bun", command: ["npx", "--yes", "bun@1"], add: ["add"] },
];

async function run([command = "", ...first]: readonly string[], args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, npm_config_user_agent: undefined };
  const { stdout } = await promisify(execFile)(command, [...first, ...args], { cwd, env });
  return stdout;
}

async function pack(folder: string): Promise<void> {
  for (const name of installed) await run(["pnpm"], ["pack", "--pack-destination", folder], join(packagesFolder, name));
}

/** Rejects where it cannot be installed, or does not book. */
async function tryWith({ name, command, add }: PackageManager, work: string, tarballs: string): Promise<void> {
  const folder = join(work, name);
  mkdirSync(folder);
  cpSync(tarballs, join(folder, "vendor"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "application", private: true, type: "module" }));
  writeFileSync(join(folder, "application.js"), application);
  const files = readdirSync(join(folder, "vendor")).map((file) => `./vendor/${file}`);
  await run(command, [...add, ...files, "better-sqlite3@13"], folder);
  const printed = await run([process.execPath], ["application.js"], folder);
  if (printed.trim() !== "confirmed slot_booked") throw new Error(`${name}: the application printed ${printed}`);
}

async function main(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "slotwright-install-"));
  try {
    const tarballs = join(work, "tarballs");
    mkdirSync(tarballs);
    await pack(tarballs);
    for (const manager of managers) await tryWith(manager, work, tarballs);
    console.log(`Installed, and booked, with ${managers.map(({ name }) => name).join(", ")}.`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main();
