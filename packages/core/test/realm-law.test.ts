import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const packages = join(import.meta.dirname, "..", "..");
const published = readdirSync(packages).filter(
  (name) => name === "core" || name === "conformance" || name.startsWith("adapter-"),
);

const sources = published.flatMap((name) => {
  const folder = join(packages, name, "src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.map((file) => ({ file: join(name, "src", file), text: readFileSync(join(folder, file), "utf8") }));
});

/** What is false, or of the wrong realm, in a vm context, and what not every runtime has. */
const unreliable = /\binstanceof\b|\bstructuredClone\(|\bPromise\.withResolvers\(/;

it("no published source asks by instanceof, clones into another realm, or needs what older runtimes lack", () => {
  expect(sources.length).toBeGreaterThan(100);
  const lines = sources.flatMap(({ file, text }) => text.split("\n").map((line) => ({ file, line: line.trim() })));
  const isComment = (line: string) => /^(\/\/|\/?\*)/.test(line);
  expect(lines.filter(({ line }) => unreliable.test(line) && !isComment(line))).toEqual([]);
});
