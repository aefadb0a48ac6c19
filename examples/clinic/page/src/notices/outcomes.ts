import type { Outcome } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useEffect } from "react";
import { wordsOf } from "./in-words.ts";
import { noticeList, type Offer, type OfferedTime } from "./notice-list.ts";
import { inputWith, wantedBy } from "./offers.ts";
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
      const wanted = await wantedBy(command, client.calls).catch(() => undefined);
      if (wanted === undefined) return { what };
      const again = (offer: Offer | OfferedTime) => sendAgain(command, inputWith(command, offer, wanted));
      return { what, wanted, again, againAt: again };
    }

    function sendAgain({ name }: Outcome["command"], input: object): void {
      const give = client.commands[name as "book"] as (input: object) => Promise<unknown>;
      void give(input).catch(() => {});
    }
  }, [client, refused]);
}
