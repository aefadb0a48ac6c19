/**
 * Builds the package in the working folder. JavaScript is bundled by tsup, a file for each entry and for what entries share,
 * with maps that carry their sources. Declarations are made by tsc, since TypeScript 7 has no API that tsup could call. Where
 * the package bundles one that is not published, they are rolled up, so that none of them names it.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import { build } from "tsup";

interface Manifest {
  readonly name: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly publishConfig: { readonly exports: Readonly<Record<string, { readonly default: string }>> };
}

const folder = process.cwd();
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** What is bundled, since it is published nowhere. */
const internal = "@slotwright/adapter-sql";
const hasInternal = internal in (manifest.devDependencies ?? {});

/** By the file that it becomes, without `dist` and extension. */
function entries(): Readonly<Record<string, string>> {
  const files = Object.values(manifest.publishConfig.exports).map(({ default: file }) =>
    file.replace(/^\.\/dist\//, "").replace(/\.js$/, ""),
  );
  return Object.fromEntries(files.map((file) => [file, `src/${file}.ts`]));
}

async function bundle(): Promise<void> {
  await build({
    entry: { ...entries() },
    format: "esm",
    target: "node22",
    platform: "node",
    splitting: true,
    sourcemap: true,
    clean: true,
    dts: false,
    silent: true,
    config: false,
    outExtension: () => ({ js: ".js" }),
    ...(hasInternal ? { noExternal: [internal] } : {}),
  });
}

function declare(outDir: string): void {
  const tsc = join(dirname(import.meta.dirname), "node_modules", ".bin", "tsc");
  execFileSync(
    tsc,
    ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--sourceMap", "false", "--outDir", outDir],
    {
      stdio: "inherit",
    },
  );
}

function rollUp(types: string): void {
  const configObject = {
    projectFolder: folder,
    mainEntryPointFilePath: join(types, "index.d.ts"),
    bundledPackages: [internal],
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: "es2024",
          lib: ["es2024"],
          module: "nodenext",
          types: ["node"],
          strict: true,
          skipLibCheck: true,
          paths: { [internal]: [join(dirname(folder), basename(internal), "dist/index.d.ts")] },
        },
      },
    },
    apiReport: { enabled: false },
    docModel: { enabled: false },
    tsdocMetadata: { enabled: false },
    dtsRollup: { enabled: true, untrimmedFilePath: join(folder, "dist/index.d.ts") },
  };
  const config = ExtractorConfig.prepare({
    configObject: configObject as never,
    configObjectFullPath: join(folder, "package.json"),
    packageJsonFullPath: join(folder, "package.json"),
  });
  const errors: string[] = [];
  const { succeeded } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      if (message.logLevel === "error") errors.push(message.text);
      message.handled = true;
    },
  });
  if (!succeeded || errors.length > 0) throw new Error(`The declarations of ${manifest.name}: ${errors.join("\n")}`);
  const rolled = readFileSync(join(folder, "dist/index.d.ts"), "utf8");
  if (rolled.includes(internal)) throw new Error(`The declarations of ${manifest.name} name ${internal}.`);
}

await bundle();
if (hasInternal) {
  const types = join(folder, "dist/types");
  declare(types);
  rollUp(types);
  rmSync(types, { recursive: true });
} else {
  declare("dist");
}
