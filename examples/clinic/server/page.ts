import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { build } from "vite";

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Builds the page, and serves it. */
export async function servePage(): Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>> {
  const root = join(import.meta.dirname, "../page");
  await build({ configFile: join(root, "vite.config.ts"), logLevel: "warn" });
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = pathname === "/" ? "/index.html" : pathname;
    const file = await readFile(join(root, "dist", path)).catch(() => undefined);
    if (file === undefined) return void response.writeHead(404).end();
    response
      .setHeader("Content-Type", `${types[extname(path)] ?? "application/octet-stream"}; charset=utf-8`)
      .end(file);
  };
}
