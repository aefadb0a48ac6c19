import { describe, expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

describe("the history that is checked", () => {
  it("is explained by one order of its calls", async () => {
    const { status, output } = await runProgram("./check-history.ts");
    expect(output).toContain("7 calls, and one order explains them all.");
    expect(status).toBe(0);
  });
});

describe("the example of who may see what", () => {
  it("shows each actor what the rules of the house let them see, and lets patients do what is theirs", async () => {
    const { status, output } = await runProgram("./access.ts");
    expect(output).toContain("appointments that ada, ben and the desk see: 1, 0, 1\nits subject, for the desk: null\n");
    expect(output).toContain("ben: appointment_not_found\nben: appointment_not_found\ndesk: Only providers");
    expect(output).toContain("who booked it, for the desk: null\n");
    expect(output).toContain(`${"ada: Only providers may do this.\n".repeat(2)}by Dr Weber: confirmed\n`);
    expect(output).toContain("its subject, for your program: ada");
    expect(status).toBe(0);
  });
});

describe("the example of policies", () => {
  it("refuses self-service, tells all reasons before, and keeps what the desk has passed", async () => {
    const { status, output } = await runProgram("./policies.ts");
    expect(output).toContain("preview: This time is too soon. It has to be booked at least 2 hours before it begins.");
    expect(output).toContain("ada: minimum_notice { minutes: 120");
    expect(output).toContain("desk: confirmed\nada: Please call us: the desk can do this for you.\n");
    expect(output).toContain("journal: [ { policy: 'no_children_at_night', reason: 'A broken arm.' } ]");
    expect(status).toBe(0);
  });
});

describe("the example of policies that see", () => {
  it("keeps time free around a booking, offers only what can be booked, and asks a policy without an engine", async () => {
    const { status, output } = await runProgram("./policies-see.ts");
    expect(output).toBe(
      "on offer: 3 then 2027-03-22T10:00:00.000Z\nada: buffer instead: [ '2027-03-22T10:00:00.000Z' ]\nin the way: slot\n",
    );
    expect(status).toBe(0);
  });
});

describe("the example of explanations", () => {
  it("says what is in the way of each slot, and of a time without one", async () => {
    const { status, output } = await runProgram("./explain.ts");
    expect(output).toContain(
      "09:00:00.000Z is not on offer\n  policy_violation (minimum_notice) This time is too soon.",
    );
    expect(output).toContain("10:00:00.000Z is not on offer\n  slot_booked (no policy)");
    expect(output).toContain("11:00:00.000Z is on offer\nacross: no_slot_available, slot_overlap, slot_overlap\n");
    expect(status).toBe(0);
  });
});

describe("the example of holds", () => {
  it("keeps one time from others while its holder fills in a form, and lets no patient break a hold or pass the cap", async () => {
    const { status, output } = await runProgram("./holds.ts");
    expect(output).toBe(
      "held by: ada\non offer to Ben: 09:30, 10:00\non offer to Ada: mine, free, free\n" +
        "of hers, she and Ben see: 1 and 0\nben: slot_held until later\n" +
        "ada: You are keeping 1 time already, and cannot keep more. Book one of them, or give it back.\n" +
        "forbidden\nforbidden\nextended: true\nfree again: available\n",
    );
    expect(status).toBe(0);
  });
});

describe("the example of requests", () => {
  it("asks, offers, takes, declines and accepts, and each slot goes to one of both", async () => {
    const { status, output } = await runProgram("./requests.ts");
    expect(output).toBe(
      "asked: scheduled with 2 slots held\nben: slot_held\nnow it is: offered\ntaken: 10:00 and 2 freed\n" +
        "ben's: declined\naccepted: confirmed\n",
    );
    expect(status).toBe(0);
  });
});

describe("the example of live slots", () => {
  it("counts, finds and books without asking the database what is free", async () => {
    const { status, output } = await runProgram("./live.ts");
    expect(output).toContain("2027-03-22: 2 free, 2 seats\n2027-03-23: 1 free, 8 seats\n");
    expect(output).toContain("45 minutes: 2027-03-23T17:00:00.000Z");
    expect(output).toMatch(/Booked \S+\n2 are free\.\n/);
    expect(status).toBe(0);
  });
});

describe("the quickstart", () => {
  it("books once, refuses the second caller, and passes the cancelled slot on", async () => {
    const { status, output } = await runProgram("./quickstart.ts");
    expect(output).toContain("ada: confirmed");
    expect(output).toContain("scenario: 'slot_booked'");
    expect(output).toContain("ben: confirmed");
    expect(output).toContain("cancel by ada: available");
    expect(status).toBe(0);
  });
});
