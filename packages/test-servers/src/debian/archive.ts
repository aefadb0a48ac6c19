import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where this Debian system gets its own packages from. */
export interface DebianArchive {
  readonly uri: string;
  /** The file of keys that sign the archive's index; `undefined` if apt trusts it anyway. */
  readonly signedBy: string | undefined;
  /** The release, for example `bookworm`. */
  readonly codename: string;
}

const suitesOfDebian = ["stable", "testing", "unstable", "sid"];

/** The archive that the system's own apt is configured for. Throws if this is not Debian, or if none is configured. */
export async function systemArchive(): Promise<DebianArchive> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const codename = /^VERSION_CODENAME="?([a-z]+)/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || codename === undefined) throw new Error("this is not a Debian system");
  const archive = findArchive(await sourceTexts(), codename);
  if (archive === undefined) throw new Error("apt has no source for Debian's main archive");
  return archive;
}

/** Finds the main archive among the texts of apt's sources, in either of their two formats. */
export function findArchive(texts: readonly string[], codename: string): DebianArchive | undefined {
  const entries = texts.flatMap((text) => [...stanzas(text), ...lines(text)]);
  const main = entries.find(
    ({ uri, suites, components }) =>
      uri.startsWith("http") &&
      components.includes("main") &&
      suites.some((suite) => suite === codename || suitesOfDebian.includes(suite)),
  );
  return main && { uri: main.uri, signedBy: main.signedBy, codename };
}

interface SourceEntry {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: string | undefined;
}

/** `Types: deb`, `URIs: …`, `Suites: …`: one field per line. */
function stanzas(text: string): readonly SourceEntry[] {
  const withoutComments = text.replaceAll(/^#.*\n?/gm, "");
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(stanza)?.[1]?.trim() ?? "";
    const words = (name: string) => field(name).split(/\s+/);
    if (!words("Types").includes("deb") || /^no$/i.test(field("Enabled"))) return [];
    const [uri = ""] = words("URIs");
    return [{ uri, suites: words("Suites"), components: words("Components"), signedBy: keyFile(field("Signed-By")) }];
  });
}

/** `deb [signed-by=…] uri suite component…`: one entry per line. */
function lines(text: string): readonly SourceEntry[] {
  const pattern = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)$/gm;
  return [...text.matchAll(pattern)].map(([, options = "", uri = "", suite = "", components = ""]) => ({
    uri,
    suites: [suite],
    components: components.split(/\s+/),
    signedBy: keyFile(/signed-by=(\S+)/i.exec(options)?.[1] ?? ""),
  }));
}

/** Keys may also be given inline in the sources, and are then not a file. */
function keyFile(value: string): string | undefined {
  return value.startsWith("/") ? value : undefined;
}

async function sourceTexts(): Promise<readonly string[]> {
  const folder = "/etc/apt/sources.list.d";
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(list|sources)$/.test(name));
  const paths = ["/etc/apt/sources.list", ...names.sort().map((name) => join(folder, name))];
  return Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => "")));
}
