import { appointmentOn, booking, creation, sampleInstant, slotAt, transitionOf } from "@slotwright/conformance";

/** This many minutes after the first slot starts, in milliseconds, as the time columns store it. */
export const ms = (minutes: number): number => sampleInstant(minutes).getTime();

const slots = [
  slotAt(0),
  slotAt(30),
  slotAt(15, { status: "blocked" }),
  slotAt(90, { status: "held", hold: { tokenHash: "h", expiresAt: sampleInstant(300), holderId: null } }),
  slotAt(30, { id: "seat-1", seat: 1 }),
];
const asked = appointmentOn(slotAt(30), { id: "asked", status: "scheduled", slotIds: [] });

/**
 * The content of the tables before each guard case. Commit it in this order, one batch each. slot-0 and slot-30 touch,
 * slot-0 is booked, slot-90 is held, and slot-15 is blocked and overlaps the first two.
 */
export const guardStage = [creation(...slots), booking(slotAt(0)), transitionOf("ask", asked)] as const;

/** The appointment that has slot-0. */
export const bookedAppointmentId = appointmentOn(slotAt(0)).id;
