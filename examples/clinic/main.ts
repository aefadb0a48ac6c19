import { once } from "node:events";
import { isBookingError } from "@slotwright/core";
import { NoDatabaseError } from "@slotwright/lab/engines";
import { interruptionSignal } from "@slotwright/lab/interruption";
import { bad, heading, optionsOf } from "@slotwright/lab/terminal";
import { type ClinicOptions, parseOptions, usage } from "./options.ts";
import { type OpenClinic, withClinic } from "./server/clinic.ts";
import { warning } from "./server/sign-in.ts";

function welcome({ url, about, damaged }: OpenClinic, { from }: ClinicOptions): string {
  const day = from === undefined ? "" : `&day=${from}`;
  const page = (person: string) => `${url}/?as=${person}${day}`;
  const sync = damaged === undefined ? "" : `\n${damaged}\nThe sync check finds it: ${page("dr-osei")}&view=sync\n`;
  return `${heading("The clinic is open.")}

  A patient:   ${page("ada-brandt")}
  A provider:  ${page("dr-osei")}

Open both side by side. Book a time as Ada, and watch it appear in Dr Osei's calendar. Accept somebody of the waiting list
into a free slot, by dragging or by keyboard. Let two windows want the same time.
${sync}
${about}
${warning}
Ctrl-C closes the clinic.`;
}

async function main(signal: AbortSignal): Promise<number> {
  const options = optionsOf(parseOptions, usage);
  if (options === undefined) return 2;
  if (options === "help") {
    console.log(usage);
    return 0;
  }
  console.log("The clinic opens. The first time, its page is built and its weeks are filled.");
  try {
    await withClinic(options, signal, async (clinic) => {
      console.log(welcome(clinic, options));
      if (!signal.aborted) await once(signal, "abort");
      console.log("The clinic closes.");
    });
    return 0;
  } catch (error) {
    // To interrupt the start is no failure.
    if (signal.aborted && error === signal.reason) return 0;
    console.error(bad("The clinic failed:"), explained(error, options));
    return 1;
  }
}

/** What is written for people. For anything else, the stack is wanted. */
function explained(error: unknown, { port }: ClinicOptions): unknown {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (code === "EADDRINUSE") return `Port ${port} is taken, perhaps by another clinic. Choose one with --port.`;
  return isBookingError(error) || error instanceof NoDatabaseError ? error.message : error;
}

const signal = interruptionSignal();
process.exitCode = await main(signal);
// What was interrupted may still be running.
if (signal.aborted) process.exit();
