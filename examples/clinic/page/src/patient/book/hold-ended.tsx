import { useSlots } from "@slotwright/client/react";
import type { FreeTime } from "@slotwright/core";
import { useNames } from "../../directory/use-names.ts";
import { nearest } from "../../notices/near.ts";
import { whyRefused } from "../../notices/why.ts";
import { formatWhen } from "../../time/format.ts";
import { timeKey } from "../find/search.ts";
import type { Keeping } from "./use-hold.ts";
import { useNear, useNearTimes } from "./use-near.ts";

interface HoldEndedProps {
  readonly keeping: Extract<Keeping, { readonly name: "over" | "broken" | "lost" }>;
  readonly onKeep: (offer: FreeTime) => void;
}

/** Says that the time is not kept any longer, and what can be done: keep it again, or another one near it. */
export function HoldEnded({ keeping, onKeep }: HoldEndedProps) {
  const { offer } = keeping;
  const names = useNames();
  const zone = names.zone(offer.facilityId);
  const { near, isFree } = useStanding(keeping);
  const wasKept = keeping.name !== "lost";
  return (
    <div className="hold-ended">
      <div role="alert">
        <p className="hold-ended-title">
          {wasKept ? "This time is not kept for you any longer" : "This time could not be kept"}
        </p>
        <p>
          {wasKept ? wordsOf(keeping.name, isFree) : whyRefused(keeping.error, zone)} What you have written is still
          here.
        </p>
      </div>
      <div className="hold-ended-offers">
        {wasKept && isFree && (
          <button type="button" className="button button-primary" onClick={() => onKeep(offer)}>
            Keep it again
          </button>
        )}
        {near.map((other) => (
          <button key={timeKey(other)} type="button" className="button" onClick={() => onKeep(other)}>
            {formatWhen(other.start, other.end, zone)}
          </button>
        ))}
      </div>
    </div>
  );
}

function wordsOf(end: "over" | "broken", isFree: boolean): string {
  if (end === "over" && !isFree) return "Somebody else has it now. Choose another one.";
  const why = end === "over" ? "The minutes for it are over" : "The practice has ended it";
  return isFree ? `${why}, and others may book it now.` : `${why}. Choose another one.`;
}

/** Whether nobody has the time, as far as is known, and others near it. */
function useStanding(keeping: HoldEndedProps["keeping"]): {
  readonly near: readonly FreeTime[];
  readonly isFree: boolean;
} {
  const { offer } = keeping;
  const slots = useNear(offer);
  const isSlotFree = useIsFree(offer);
  const times = useNearTimes(offer, keeping.name === "over" ? keeping.freeAt : undefined);
  if (offer.slotId !== null) return { near: slots, isFree: isSlotFree };
  const isOffer = (time: FreeTime) => timeKey(time) === timeKey(offer);
  const others = times?.filter((time) => !isOffer(time)) ?? [];
  return { near: nearest(others, offer.start, mostNear), isFree: times?.some(isOffer) !== false };
}

const mostNear = 3;

/** Whether nobody has it, as far as is known. */
function useIsFree({ slotId, start, providerId, facilityId }: FreeTime): boolean {
  const { items } = useSlots({ from: start, to: new Date(start.getTime() + 1), providerIds: [providerId], facilityId });
  const slot = items.find(({ id }) => id === slotId);
  return slot === undefined || slot.status === "available" || isOverNow(slot.hold?.expiresAt);
}

/** Its own hold is over by the clock of this device a moment before it is by the server's. */
const isOverNow = (expiresAt: Date | undefined): boolean =>
  expiresAt !== undefined && expiresAt.getTime() - Date.now() < 2_000;
