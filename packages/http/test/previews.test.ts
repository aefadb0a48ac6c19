import { buffer, type Policy } from "@slotwright/core";
import { expect, it } from "vitest";
import { publish, type Send, stage } from "./stage.ts";

/** Names what the command is about as what is in its way. */
const ownSlot: Policy = {
  name: "own_slot",
  check: ({ command, slots }) => {
    const slot = slots.at(-1);
    return command === "request" && slot !== undefined
      ? { problem: "Not this one.", blockedBy: { kind: "slot", id: slot.id } }
      : undefined;
  },
};
const ownAppointment: Policy = {
  name: "own_appointment",
  check: ({ command, before: { appointments } }) =>
    command === "cancel"
      ? { problem: "Not this one.", blockedBy: { kind: "appointment", id: appointments[0]?.id ?? "" } }
      : undefined,
};

async function blockedBy(send: Send, command: string, input: object): Promise<unknown> {
  const { body } = await send("POST /previews", { body: { command, input } });
  expect(body.reasons).toMatchObject([{ scenario: "policy_violation" }]);
  return body.reasons[0].blockedBy;
}

it("a preview names what a policy says is in the way if its input names that, wherever it does", async () => {
  const policies = [buffer({ beforeMinutes: 0, afterMinutes: 10 }), ownSlot, ownAppointment];
  const { send } = await stage({ engineOptions: { policies } });
  const [first = "", second = "", third = ""] = await publish(send, 3);
  const asked = { subjectId: "ada", holdSeconds: 60 };
  const slot = (id: string) => ({ kind: "slot", id });
  expect(await blockedBy(send, "hold", { slotId: first, alsoSlotIds: [second] })).toEqual(slot(second));
  expect(await blockedBy(send, "hold", { slotId: second, alsoSlotIds: [first] })).toEqual(slot(first));
  expect(await blockedBy(send, "request", { slotId: third, ...asked })).toEqual(slot(third));
  expect(await blockedBy(send, "request", { slotId: first, orSlotIds: [third], ...asked })).toEqual(slot(third));
  const booked = await send("POST /appointments", { body: { slotId: first, subjectId: "ada" } });
  const { id: appointmentId } = booked.body.appointment;
  expect(await blockedBy(send, "cancel", { appointmentId })).toEqual({ kind: "appointment", id: appointmentId });
});

it("a preview and an explanation do not name what a policy says is in the way if the input does not", async () => {
  const { send } = await stage({ engineOptions: { policies: [buffer({ beforeMinutes: 0, afterMinutes: 10 })] } });
  const [first = "", second = ""] = await publish(send, 2);
  const book = { slotId: second, subjectId: "ben" };
  await send("POST /appointments", { body: { slotId: first, subjectId: "ada" } });
  expect(await blockedBy(send, "book", book)).toBeNull();
  // An id that is only guessed tells nothing.
  expect(await blockedBy(send, "book", { ...book, metadata: { slotId: first }, appointmentId: first })).toBeNull();
  const { body } = await send(`GET /slots/${second}/explanation?subjectId=ben`);
  expect(body.reasons).toMatchObject([{ scenario: "policy_violation", blockedBy: null }]);
});

it("an explanation names the slot that it is about if a policy says that it is in the way", async () => {
  const policy: Policy = {
    name: "own",
    check: ({ command, slots: [slot] }) =>
      command === "book" ? { problem: "Not this one.", blockedBy: { kind: "slot", id: slot?.id ?? "" } } : undefined,
  };
  const { send } = await stage({ engineOptions: { policies: [policy] } });
  const [id = ""] = await publish(send, 1);
  const { body } = await send(`GET /slots/${id}/explanation?subjectId=ben`);
  expect(body.reasons).toMatchObject([{ scenario: "policy_violation", blockedBy: { kind: "slot", id } }]);
});
