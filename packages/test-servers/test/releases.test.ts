import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { unpackedPackage } from "../src/debian/unpacked-package.ts";
import { shareFolder } from "../src/mysql-family/programs.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slotwright-releases-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("a package of another release, on a shelf of its own, is not taken for that of the system's release", async () => {
  const [ours, later] = ["mariadb-server-core_10.11.18_amd64", "trixie/mariadb-server-core_11.8.9_amd64"];
  for (const entry of [ours, later]) await mkdir(join(folder, "slotwright", entry), { recursive: true });
  const wanted = { name: "mariadb-server-core", needless: /^$/ };
  const environment = { XDG_CACHE_HOME: folder };
  expect(await unpackedPackage(environment, wanted)).toBe(join(folder, "slotwright", ours));
  const onShelf = { ...wanted, suite: "trixie", shelf: "trixie" };
  expect(await unpackedPackage(environment, onShelf)).toBe(join(folder, "slotwright", later));
});

it("a server's files are found under the names that they have before and since MariaDB 11", async () => {
  const files = ["mysql_system_tables.sql", "mariadb_system_tables.sql"];
  const found = [];
  for (const [index, name] of ["mysql", "mariadb"].entries()) {
    const root = join(folder, `server-${index}`);
    await mkdir(join(root, "share", name), { recursive: true });
    await writeFile(join(root, "share", name, files[index] ?? ""), "");
    found.push(await shareFolder(join(root, "sbin", "mariadbd"), files, ["mysql", "mariadb"]));
  }
  expect(found).toEqual([join(folder, "server-0", "share", "mysql"), join(folder, "server-1", "share", "mariadb")]);
  expect(await shareFolder(join(folder, "server-0", "sbin", "mariadbd"), ["other.sql"], ["mysql"])).toBeUndefined();
});
