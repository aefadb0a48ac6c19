import { join } from "node:path";
import { build } from "vite";

/** Builds the page into the folder that it is told. */
const configFile = join(import.meta.dirname, "../../page/vite.config.ts");
await build({ configFile, logLevel: "warn", build: { outDir: process.argv[2] as string } });
