import { describe, expect, it } from "vitest";
import { toStorageError } from "../src/errors.ts";

describe("an error that no test server can produce", () => {
  const meaning = (error: object, during: "read" | "commit" = "commit") =>
    toStorageError(Object.assign(new Error("failed"), error), { databaseName: "h:1/d", during }).failure;
  const answer = (code: string) => ({ code, severity: "ERROR" });

  it("is classified by its code: an answer of the server is certain, unless it was shutting down", () => {
    expect(meaning(answer("53100"))).toBe("unavailable");
    expect(meaning(answer("40001"))).toBe("transient");
    expect(meaning(answer("40003"))).toBe("unknown");
    expect(meaning(answer("40003"), "read")).toBe("transient");
    expect(meaning(answer("P0001"))).toBe("refused");
    expect(meaning(answer("22021"), "read")).toBe("refused");
    expect(meaning(answer("58030"))).toBe("unavailable");
    expect(meaning(answer("53400"))).toBe("unavailable");
    expect(meaning(answer("57P01"))).toBe("unknown");
    expect(meaning(answer("57P01"), "read")).toBe("transient");
    expect(meaning(answer("57P03"), "read")).toBe("transient");
    expect(meaning(answer("08006"))).toBe("unknown");
    expect(meaning(answer("28P01"), "read")).toBe("unavailable");
    expect(meaning(answer("XX001"))).toBe("unavailable");
  });

  it("is unknown if the network failed after the commit was sent, and transient if it never was sent", () => {
    expect(meaning({ code: "ECONNRESET" })).toBe("unknown");
    expect(meaning({ code: "EPIPE" })).toBe("unknown");
    expect(meaning({ message: "Client has encountered a connection error and is not queryable" })).toBe("transient");
    expect(meaning({ code: "ECONNRESET" }, "read")).toBe("transient");
    expect(meaning({ message: "x is not a function" }, "read")).toBe("unavailable");
  });
});
