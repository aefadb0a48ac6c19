import { describe, expect, it } from "vitest";
import { parseOptions, usage } from "../options.ts";

describe("the clinic's options", () => {
  it("are by themselves a file that stays, a port of its own, and this week", () => {
    expect(parseOptions([])).toEqual({
      engine: "sqlite",
      database: "slotwright-clinic.sqlite",
      port: 4173,
      from: undefined,
      breaks: false,
    });
  });

  it("choose a file, a server or a database of it, a port and a week", () => {
    const named = ["--sqlite", "a.sqlite", "--port", "0", "--from", "2027-03-22"];
    expect(parseOptions(named)).toMatchObject({ engine: "sqlite", database: "a.sqlite", port: 0 });
    expect(String((parseOptions(named) as { from: unknown }).from)).toBe("2027-03-22");
    expect(parseOptions(["--mariadb"])).toMatchObject({ engine: "mariadb", database: undefined });
    const there = ["--postgres", "--database", "postgres://x/y"];
    expect(parseOptions(there)).toMatchObject({ engine: "postgres", database: "postgres://x/y" });
  });

  it("damage what stays only where it is named", () => {
    expect(parseOptions(["--break"])).toMatchObject({ breaks: true, database: undefined });
    expect(parseOptions(["--break", "--sqlite", "a.sqlite"])).toMatchObject({ breaks: true, database: "a.sqlite" });
  });

  it.each([
    [["--postgres", "--mysql"], "Choose one engine, not --postgres and --mysql"],
    [["--sqlite", "a", "--mysql"], "Choose one engine, not --sqlite and --mysql"],
    [["--sqlite", ""], "--sqlite must name a file"],
    [["--database", "postgres://x"], "--database is for a server"],
    [["--port", "65536"], "--port must be a whole number from 0 to 65535"],
    [["--port", "http"], "--port must be a whole number"],
    [["--from", "2027-02-30"], 'not "2027-02-30"'],
    [["--from", "22.3.2027"], "--from must be a day such as 2027-03-22"],
    [["--from", "1899-12-01"], "--from must be a day such as 2027-03-22, from 1901 to 2198"],
    [["--colour"], "--colour"],
    [["2027-03-22"], "2027-03-22"],
  ])("refuse %j, and say why", (args, words) => {
    expect(() => parseOptions(args)).toThrow(words);
  });

  it("are all in the usage", () => {
    expect(parseOptions(["--help", "--break"])).toBe("help");
    const flags = ["sqlite", "postgres", "mysql", "mariadb", "database", "port", "from", "break", "help"];
    for (const flag of flags) expect(usage).toContain(`\n  --${flag} `);
  });
});
