import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

async function bundled(entry: string, external: readonly string[]) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, "../src", entry)],
    ...{ bundle: true, write: false, minify: true, metafile: true, format: "esm" },
    platform: "browser",
    target: "es2022",
    external: [...external],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("nothing was bundled");
  const { length } = gzipSync(file.contents, { level: 9 });
  return { bytes: length, text: file.text, inputs: Object.keys(metafile.inputs) };
}

test("the client has less than 15 kB when it is bundled, minified and gzipped, and no Zod in it", async () => {
  const { bytes, inputs } = await bundled("index.ts", []);
  process.stdout.write(`@slotwright/client: ${bytes} bytes gzipped\n`);
  expect(bytes).toBeLessThan(15_000);
  expect(inputs.filter((input) => /zod|node_modules/.test(input))).toEqual([]);
  expect(inputs).toContain("packages/core/src/rules/transitions.ts");
});

test("the hooks bring nothing but React, which the host has", async () => {
  const { bytes, inputs } = await bundled("react/index.ts", ["react"]);
  process.stdout.write(`@slotwright/client/react: ${bytes} bytes gzipped\n`);
  expect(bytes).toBeLessThan(3_000);
  expect(inputs.every((input) => input.startsWith("packages/client/src/"))).toBe(true);
});
