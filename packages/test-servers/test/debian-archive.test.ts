import { expect, it } from "vitest";
import { findArchive } from "../src/debian/archive.ts";

const keys = "/usr/share/keyrings/archive.gpg";

it("reads the stanza format", () => {
  const text = `Types: deb deb-src
# http://archive.example/commented
URIs: http://archive.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: ${keys}
`;
  expect(findArchive([text], "bookworm")).toEqual({
    uri: "http://archive.example/debian",
    signedBy: keys,
    codename: "bookworm",
  });
});

it("reads the line format, with and without options", () => {
  const expected = { uri: "https://archive.example/debian", codename: "trixie" };
  const withKeys = `# deb http://old.example trixie main\ndeb [arch=amd64 signed-by=${keys}] https://archive.example/debian trixie main\n`;
  expect(findArchive([withKeys], "trixie")).toEqual({ ...expected, signedBy: keys });
  const bare = "deb-src https://source.example trixie main\ndeb https://archive.example/debian trixie main\n";
  expect(findArchive([bare], "trixie")).toEqual({ ...expected, signedBy: undefined });
});

it("skips other archives, disabled ones and the security archive", () => {
  const texts = [
    "deb https://packages.example/node nodistro main",
    "deb https://packages.example/docker bookworm stable",
    "Types: deb\nURIs: http://disabled.example\nSuites: bookworm\nComponents: main\nEnabled: no\n",
    "Types: deb\nURIs: http://security.example\nSuites: bookworm-security\nComponents: main\n",
  ];
  expect(findArchive(texts, "bookworm")).toBeUndefined();
  expect(findArchive([...texts, "deb http://archive.example stable main"], "bookworm")?.uri).toBe(
    "http://archive.example",
  );
});
