/**
 * Compares what each entry of each published package exports with the committed report in its `api` folder, so that no
 * change of it goes unseen: `node packages/api-reports.ts`, after a build. With `--write` it writes the reports.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { CompilerState, Extractor, ExtractorConfig, type IConfigFile } from "@microsoft/api-extractor";

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly publishConfig?: { readonly exports: Readonly<Record<string, { readonly types: string }>> };
}

interface Entry {
  readonly folder: string;
  readonly types: string;
  readonly report: string;
}

const packagesFolder = import.meta.dirname;
const root = dirname(packagesFolder);

const pathOf = ({ folder, report }: Entry) => relative(root, join(folder, "api", report));

function entriesOf(folder: string): readonly Entry[] {
  const { private: isPrivate, publishConfig } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as Manifest;
  if (isPrivate === true || publishConfig === undefined) return [];
  return Object.entries(publishConfig.exports).map(([path, { types }]) => {
    const report = path === "." ? "index.api.md" : `${path.slice(2).replaceAll("/", "-")}.api.md`;
    return { folder, types: join(folder, types), report };
  });
}

const silent = { default: { logLevel: "none" } } as const;

function configOf({ folder, types, report }: Entry, temporary: string): ExtractorConfig {
  const compilerOptions = { target: "es2024", lib: ["es2024", "dom"], module: "nodenext", types: ["node"] };
  const configObject: IConfigFile = {
    projectFolder: folder,
    mainEntryPointFilePath: types,
    compiler: {
      overrideTsconfig: { compilerOptions: { ...compilerOptions, strict: true, skipLibCheck: true } },
    },
    apiReport: {
      enabled: true,
      reportFileName: report,
      reportFolder: join(folder, "api"),
      reportTempFolder: join(temporary, basename(folder)),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    newlineKind: "lf",
    messages: {
      extractorMessageReporting: silent as never,
      tsdocMessageReporting: silent as never,
      compilerMessageReporting: silent as never,
    },
  };
  const files = {
    configObjectFullPath: join(folder, "package.json"),
    packageJsonFullPath: join(folder, "package.json"),
  };
  return ExtractorConfig.prepare({ configObject, ...files });
}

/** All entries at once: most of them load the same declarations, and loading those is most of the work. */
function compiled(configs: readonly ExtractorConfig[]): CompilerState {
  const [first, ...others] = configs;
  if (first === undefined) throw new Error("No package publishes anything.");
  return CompilerState.create(first, { additionalEntryPoints: others.map((one) => one.mainEntryPointFilePath) });
}

/** Which reports do not say what the entries export. With `localBuild` the differences are written. */
function outdated(entries: readonly Entry[], localBuild: boolean): readonly string[] {
  const temporary = mkdtempSync(join(tmpdir(), "slotwright-api-"));
  try {
    const configs = new Map(entries.map((entry) => [entry, configOf(entry, temporary)]));
    const compilerState = compiled([...configs.values()]);
    const changed = entries.filter((entry) => {
      if (localBuild) mkdirSync(join(entry.folder, "api"), { recursive: true });
      const messageCallback = (message: { handled: boolean }) => {
        message.handled = true;
      };
      const config = configs.get(entry) as ExtractorConfig;
      return Extractor.invoke(config, { localBuild, messageCallback, compilerState }).apiReportChanged;
    });
    return changed.map(pathOf);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Reports of entries that there are no more. */
function leftOver(folders: readonly string[], entries: readonly Entry[]): readonly string[] {
  const wanted = new Set(entries.map(pathOf));
  return folders
    .map((folder) => join(folder, "api"))
    .filter((api) => existsSync(api))
    .flatMap((api) => readdirSync(api).map((name) => relative(root, join(api, name))))
    .filter((report) => !wanted.has(report));
}

function main(): void {
  const folders = readdirSync(packagesFolder)
    .map((name) => join(packagesFolder, name))
    .filter((folder) => existsSync(join(folder, "package.json")));
  const isWriting = process.argv.includes("--write");
  const entries = folders.flatMap(entriesOf);
  const old = leftOver(folders, entries);
  if (isWriting) for (const report of old) rmSync(join(root, report));
  const changed = [...outdated(entries, isWriting), ...old];
  console.log(`${entries.length} entries, ${changed.length} reports ${isWriting ? "written" : "differ"}`);
  if (changed.length === 0 || isWriting) return;
  console.error(
    `What these entries export has changed: ${changed.join(", ")}. If it is meant, run "npx --yes pnpm@12 api" and commit the reports.`,
  );
  process.exitCode = 1;
}

main();
