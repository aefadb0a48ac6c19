import { describe, expect, it } from "vitest";
import { BookingError, errorCatalogue, errorCodes, isBookingError } from "../src/index.ts";
import { reach, stage } from "./every-code.ts";

describe("the error catalogue", () => {
  it.each(errorCodes)("%s is reached, says what happened and what can be done, and renders both ways", async (code) => {
    const error = await reach(code);
    expect(error).toBeInstanceOf(BookingError);
    const { recoverable, status, transient } = error;
    expect(error.message).toMatch(/^[A-Z].*\.$/s);
    expect(error.message).not.toContain("undefined");
    const { message, details, ...envelope } = error.toResponse();
    expect(envelope).toEqual({ success: false, scenario: code, recoverable });
    expect(error.toProblem()).toEqual({
      type: `urn:slotwright:error:${code}`,
      title: errorCatalogue[code].title,
      status,
      detail: message,
      code,
      details,
      recoverable,
      transient,
    });
  });

  it("keeps causes out of what is sent", async () => {
    const error = new BookingError("storage_unavailable", {}, new Error("/srv/secret.db"));
    expect(JSON.stringify([error.toResponse(), error.toProblem()])).not.toContain("secret");
    expect(error.cause).toBeInstanceOf(Error);
  });
});

it("the details of an error are known by its code", async () => {
  const { engine, want } = await stage();
  await engine.book(want);
  const error: unknown = await engine.book(want).catch((refusal: unknown) => refusal);
  if (!isBookingError(error)) throw error;
  switch (error.code) {
    case "slot_booked":
      // Compiles: `details` is that of this code.
      expect(error.details.slotId).toBe(want.slotId);
      break;
    default:
      throw error;
  }
});
