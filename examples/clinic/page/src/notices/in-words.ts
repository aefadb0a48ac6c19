import type { PendingCommand } from "@slotwright/client";

type Name = PendingCommand["name"];

interface Words {
  /** What is under way. */
  readonly noun: string;
  readonly done: string;
  readonly refused: string;
}

const words: Readonly<Record<Name, Words>> = {
  setAvailability: {
    noun: "change of hours",
    done: "The hours were set. Publish them, so that the slots follow.",
    refused: "The hours were not set.",
  },
  createSlots: { noun: "new slots", done: "The slots were published.", refused: "The slots were not published." },
  block: { noun: "blocking of a slot", done: "The slot was blocked.", refused: "The slot was not blocked." },
  unblock: { noun: "unblocking of a slot", done: "The slot was unblocked.", refused: "The slot was not unblocked." },
  hold: { noun: "keeping of a time", done: "The time is kept.", refused: "The time could not be kept." },
  extend: {
    noun: "longer keeping of a time",
    done: "The time is kept longer.",
    refused: "The time is not kept longer.",
  },
  release: { noun: "giving back of a time", done: "The time was given back.", refused: "The time was not given back." },
  breakHold: { noun: "ending of a hold", done: "The hold was ended.", refused: "The hold was not ended." },
  book: { noun: "booking", done: "The appointment was booked.", refused: "The appointment was not booked." },
  request: { noun: "request", done: "The time was asked for.", refused: "The time was not asked for." },
  decline: { noun: "refusal", done: "The request was declined.", refused: "The request was not declined." },
  offer: { noun: "offer", done: "The time was offered.", refused: "The time was not offered." },
  acceptOffer: { noun: "answer", done: "The offered time is yours.", refused: "The offered time was not booked." },
  declineOffer: {
    noun: "answer",
    done: "The offered time was declined.",
    refused: "The offered time was not declined.",
  },
  accept: { noun: "acceptance", done: "The appointment was accepted.", refused: "The appointment was not accepted." },
  reschedule: { noun: "change of time", done: "The appointment was moved.", refused: "The appointment was not moved." },
  checkIn: { noun: "check-in", done: "The patient was checked in.", refused: "The patient was not checked in." },
  complete: {
    noun: "completion",
    done: "The appointment is completed.",
    refused: "The appointment was not completed.",
  },
  markNoShow: {
    noun: "mark as missed",
    done: "The appointment was marked as missed.",
    refused: "It was not marked as missed.",
  },
  cancel: {
    noun: "cancellation",
    done: "The appointment was cancelled.",
    refused: "The appointment was not cancelled.",
  },
};

export const wordsOf = (name: Name): Words => words[name];

/** `Your booking is not confirmed yet`, of one or several commands. */
export function notConfirmed(commands: readonly Pick<PendingCommand, "name">[]): string {
  const [first] = commands;
  if (first === undefined) return "";
  return commands.length === 1
    ? `Your ${words[first.name].noun} is not confirmed yet`
    : `${commands.length} of your changes are not confirmed yet`;
}
