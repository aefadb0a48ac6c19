import type { Outcome } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useEffect } from "react";
import { wordsOf } from "./in-words.ts";
import type { Wanted } from "./near.ts";
import { noticeList } from "./notice-list.ts";
import { isTold, type Tried, useTelling } from "./use-notices.ts";

const pageBeganAt = Date.now();

/**
 * Tells what became of commands whose caller does not: those of an earlier page, and refusals that nothing on the page
 * has told of.
 */
export function useOutcomes(): void {
  const client = useClient();
  const { refused } = useTelling();
  useEffect(() => {
    return client.onOutcome((outcome) => {
      // The caller of the command learns of it just after this, and knows more of what was meant.
      setTimeout(() => tell(outcome), 0);
    });

    function tell(outcome: Outcome): void {
      const { command } = outcome;
      if ("error" in outcome) {
        if (!isTold(outcome.error)) void triedOf(outcome).then((tried) => refused(outcome.error, tried));
      } else if (command.at < pageBeganAt) {
        const text = "It was asked for on an earlier page, and could be sent now.";
        noticeList.add({ tone: "told", title: wordsOf(command.name).done, text });
      }
    }

    async function triedOf({ command }: Outcome): Promise<Tried> {
      const what = wordsOf(command.name).refused;
      const { slotId } = command.input as { readonly slotId?: string };
      const takesSlot = command.name === "book" || command.name === "reschedule";
      if (!takesSlot || slotId === undefined) return { what };
      const slot = await client.calls.getSlot(slotId).catch(() => undefined);
      if (slot === undefined) return { what };
      const { providerId, facilityId, start, end } = slot;
      const wanted: Wanted = { slotId, providerId, facilityId, start, end };
      return { what, wanted, again: (offer) => sendAgain(command, offer.slotId) };
    }

    /** The same with another slot. The hold was of the first one, and so was the id of the appointment. */
    function sendAgain({ name, input }: Outcome["command"], slotId: string): void {
      const { holdToken: _, ...rest } = input as Record<string, unknown>;
      const give = client.commands[name as "book"] as (input: object) => Promise<unknown>;
      void give({ ...rest, slotId }).catch(() => {});
    }
  }, [client, refused]);
}
