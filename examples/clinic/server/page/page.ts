import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import type { Outgoing } from "@slotwright/http";
import { noncePlaceholder } from "../../page/nonce.ts";
import { policyOfPage } from "../safety.ts";

/** Answers for the files of the page. Undefined if there is no such file. */
export type Page = (path: string) => Outgoing | undefined;

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** Reads the whole page, so that no path of a request is ever looked up among files. */
export async function readPage(folder: string): Promise<Page> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const read = paths.map(async (path) => [urlOf(folder, path), await readFile(path, "utf8")] as const);
  const { "/index.html": html = "", ...assets } = Object.fromEntries(await Promise.all(read));
  const answers = new Map(Object.entries(assets).map(([name, content]) => [name, asset(name, content)]));
  return (path) => (path === "/" ? document(html) : answers.get(path));
}

const urlOf = (folder: string, path: string): string => `/${relative(folder, path).replaceAll(sep, "/")}`;

function asset(name: string, body: string): Outgoing {
  const type = types[extname(name)];
  if (type === undefined) throw new Error(`The page has a file of a type that is not served: ${name}`);
  // The names of assets have a hash of what is in them.
  const caching = name.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  return { status: 200, headers: { "Content-Type": `${type}; charset=utf-8`, "Cache-Control": caching }, body };
}

/** With a nonce of its own, for the styles that react-aria adds to the document. */
function document(content: string): Outgoing {
  const nonce = randomBytes(16).toString("base64");
  const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" };
  return {
    status: 200,
    headers: { ...headers, "Content-Security-Policy": policyOfPage(nonce) },
    body: content.replaceAll(noncePlaceholder, nonce),
  };
}
