import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { testServer } from "@slotwright/test-servers/vitest";
import { afterEach, describe, expect, it } from "vitest";
import { parseHttpOptions } from "../http/options.ts";
import { type HttpResult, problemsOf } from "../http/result.ts";
import { httpChapter } from "../report/http.ts";
import { itIsACommand } from "./command-cases.ts";

const server = await testServer("postgres");
const run = promisify(execFile);

describe("bench:http", () => {
  let folder = "";
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  itIsACommand({
    name: "bench:http",
    file: "http/main.ts",
    parse: parseHttpOptions,
    wrong: [["--rounds", "1"]],
    flags: ["--callers", "--streams", "--news", "--rounds", "--round-ms", "--quick", "--json"],
  });

  it("has 64 callers, 100 streams of one provider and 1000 that wait for news, unless told otherwise", () => {
    expect(parseHttpOptions([])).toMatchObject({ callers: 64, streams: 100, newsStreams: 1000, isQuick: false });
    expect(() => parseHttpOptions(["--callers", "0"])).toThrow("--callers");
    expect(() => parseHttpOptions(["--json", "no-such-folder/report.json"])).toThrow("--json");
  });

  it.skipIf(server === undefined)("books, searches and hears the news, and writes what it measured", async () => {
    folder = mkdtempSync(join(tmpdir(), "slotwright-http-"));
    const json = join(folder, "http.json");
    const program = join(import.meta.dirname, "..", "http", "main.ts");
    const args = [program, "--quick", "--callers", "8", "--streams", "20", "--news", "20", "--json", json];
    const env = { ...process.env, SLOTWRIGHT_POSTGRES_URL: server?.url };
    const { stdout } = await run(process.execPath, args, { env, timeout: 60_000 });
    expect(stdout).toContain("How fast it is was not judged.");
    const result = JSON.parse(readFileSync(json, "utf8")) as HttpResult;
    expect(result.comparisons.map(({ name }) => name)).toEqual(["bookings", "searches"]);
    for (const { perSecond } of result.comparisons) expect(Math.min(...Object.values(perSecond))).toBeGreaterThan(0);
    expect(result.news).toMatchObject({ streams: 20, bookings: 2 });
    expect(httpChapter(result)).toContain("A booking reached the last of 20 open streams");
    const slow = { ...result, isQuick: false, news: { ...result.news, mostMs: 151 } };
    const at = (ratio: number) => ({ ratio, lower: ratio, upper: ratio, pairs: 2 });
    const comparisons = slow.comparisons.map((one) => ({ ...one, ratio: at(one.name === "bookings" ? 0.59 : 3) }));
    expect(problemsOf({ ...slow, comparisons })).toEqual([
      "bookings at 0.59 of the plain route, where 0.6 is wanted",
      "news after 151 ms, where 150 is wanted",
    ]);
    expect(problemsOf({ ...slow, isQuick: true })).toEqual([]);
  });
});
