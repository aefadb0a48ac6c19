import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  addToCache,
  announce,
  cacheEntries,
  cacheFolder,
  installedPrograms,
  run,
} from "@slotwright/test-servers/program";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";

type Environment = Readonly<Record<string, string | undefined>>;

/** Starts a browser, or throws why it cannot. */
type Source = (environment: Environment) => Promise<Browser>;

const installedNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

let shared: Promise<Browser | undefined> | undefined;

/** The browser of this process: test files that follow one another use the same. See {@link launchBrowser}. */
export function launchChromium(): Promise<Browser | undefined> {
  shared ??= launchBrowser();
  return shared;
}

/**
 * A browser: the one that `SLOTWRIGHT_CHROMIUM` names, the one that an npm package carries, or an installed one.
 *
 * @returns `undefined` if there is none, after saying so on stderr.
 * @throws If there is none and `CI=true`: a skip would look like success.
 */
export async function launchBrowser(
  environment: Environment = process.env,
  sources: readonly Source[] = [carried, installed, installedElsewhere],
): Promise<Browser | undefined> {
  const named = environment.SLOTWRIGHT_CHROMIUM;
  if (named !== undefined && named !== "") return launch({ executablePath: named });
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      return await source(environment);
    } catch (error) {
      reasons.push((error instanceof Error ? error.message : String(error)).split("\n")[0] as string);
    }
  }
  const line = `Chromium is SKIPPED: ${reasons.join("; ")}. Install one, or name one in SLOTWRIGHT_CHROMIUM.`;
  if (environment.CI === "true") throw new Error(line.replace("is SKIPPED", "is missing"));
  announce(line);
  return undefined;
}

function launch(options: LaunchOptions): Promise<Browser> {
  // Chromium's sandbox refuses to work for root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ args, timeout: 30_000, ...options });
}

/** Unpacked into the cache, because the package does it anew for each temporary folder, and for two callers at a time. */
const carried: Source = async (environment) => {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error("the npm package is for Linux on x64");
  const root = await unpacked(cacheFolder(environment));
  const own = { LD_LIBRARY_PATH: join(root, "al2023/lib"), FONTCONFIG_PATH: join(root, "fonts") };
  return launch({ executablePath: join(root, "chromium"), env: { ...process.env, ...own } });
};

async function unpacked(cache: string): Promise<string> {
  const packed = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const { version } = JSON.parse(await readFile(join(packed, "../../package.json"), "utf8")) as { version: string };
  const name = `chromium-${version}-${process.arch}`;
  if ((await cacheEntries(cache)).includes(name)) return join(cache, name);
  return addToCache(cache, async (folder) => {
    const script = join(import.meta.dirname, "unpack-chromium.ts");
    // It unpacks into the temporary folder, and its libraries only where it takes the computer for Amazon's.
    const there = { TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" };
    await run({ program: process.execPath, arguments: [script], environment: there });
    await writeFile(join(folder, "fonts/fonts.conf"), fonts);
    return { name, from: folder };
  });
}

/** The font that came along, and for signs that it has not got the system's. The package's own list has fixed folders. */
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;

const installed: Source = async (environment) => {
  for (const name of installedNames) {
    const [program] = await installedPrograms(name, environment);
    if (program !== undefined) return launch({ executablePath: program.path });
  }
  throw new Error("no Chromium is on the PATH");
};

/** Where Chrome puts itself on each system. */
const installedElsewhere: Source = () => launch({ channel: "chrome" });
