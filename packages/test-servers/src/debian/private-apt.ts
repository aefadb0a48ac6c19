import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../commands.ts";
import type { DebianArchive } from "./archive.ts";

/**
 * Downloads a package with all its dependencies, including the C library, into `folder`, and returns the folder of the
 * archive files. It uses its own apt state, in which nothing is installed. Nothing in the system changes, no rights are
 * needed, and the package may come from another release than the system's.
 */
export async function downloadPackages(
  archive: DebianArchive,
  suite: string,
  name: string,
  folder: string,
): Promise<string> {
  const configuration = join(folder, "apt.conf");
  const archives = join(folder, "cache", "archives");
  await mkdir(join(folder, "lists", "partial"), { recursive: true });
  await mkdir(join(archives, "partial"), { recursive: true });
  await mkdir(join(folder, "none"));
  await writeFile(join(folder, "status"), "");
  await writeFile(join(folder, "sources.list"), sourceLine(archive, suite));
  await writeFile(configuration, aptConfiguration(folder));
  const apt = (...words: string[]) =>
    run({ program: "apt-get", arguments: ["-c", configuration, "-q", "-y", ...words] }, { environment: proxies() });
  await apt("update");
  await apt("install", "--download-only", name);
  return archives;
}

function sourceLine({ uri, signedBy }: DebianArchive, suite: string): string {
  const options = signedBy === undefined ? "" : `[signed-by=${signedBy}] `;
  return `deb ${options}${uri} ${suite} main\n`;
}

/** Read after the system's own configuration, which may say how to reach the archive, and whose hooks must not run. */
function aptConfiguration(folder: string): string {
  return `#clear APT::Update;
#clear DPkg;
APT::Update::Error-Mode "any";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "2";
Dir::State::lists "${join(folder, "lists")}";
Dir::State::status "${join(folder, "status")}";
Dir::State::extended_states "${join(folder, "extended_states")}";
Dir::Cache "${join(folder, "cache")}";
Dir::Etc::sourcelist "${join(folder, "sources.list")}";
Dir::Etc::sourceparts "${join(folder, "none")}";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "${join(folder, "none")}";
Dir::Log "${folder}";
`;
}

function proxies(): Record<string, string> {
  const set = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  return Object.fromEntries(set.map(([name, value]) => [name, value ?? ""]));
}
