import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { build } from "vite";

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

const source = join(import.meta.dirname, "../page");

/** Builds the page, by default where `vite build` puts it, and returns its folder. */
export async function buildPage(folder: string = join(source, "dist")): Promise<string> {
  await build({ configFile: join(source, "vite.config.ts"), logLevel: "warn", build: { outDir: folder } });
  return folder;
}

/** Serves a page that was built. */
export function servePage(folder: string): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = pathname === "/" ? "/index.html" : pathname;
    const file = await readFile(join(folder, path)).catch(() => undefined);
    if (file === undefined) return void response.writeHead(404).end();
    response
      .setHeader("Content-Type", `${types[extname(path)] ?? "application/octet-stream"}; charset=utf-8`)
      .end(file);
  };
}
