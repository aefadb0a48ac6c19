import type { ShownExplanation } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import type { OpenSlot } from "@slotwright/core";
import { useEffect, useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import { helpInWords, reasonInWords, whyRefused } from "../../notices/why.ts";
import { useDirectory } from "../../person.ts";
import { formatWhen } from "../../time/format.ts";
import { useNear } from "../book/use-near.ts";
import { WhenWhere } from "../book/when-where.tsx";
import "../book/booking.css";

interface WhyDialogProps {
  readonly offer: OpenSlot;
  readonly onChoose: (offer: OpenSlot) => void;
  readonly onClose: () => void;
}

/** Why a time cannot be booked by this person, what may help, and other times near it. */
export function WhyDialog({ offer, onChoose, onClose }: WhyDialogProps) {
  const { slotId, facilityId } = offer;
  const names = useNames();
  const zone = names.zone(facilityId);
  const why = useExplanation(slotId);
  const near = useNear(offer);
  function choose(other: OpenSlot): void {
    onClose();
    onChoose(other);
  }
  return (
    <Dialog title="Why not this time?" onClose={onClose}>
      <WhenWhere {...offer} />
      <div className="hold-ended why" role="status">
        {why === null ? <p>Asking for the reasons…</p> : <Reasons why={why} zone={zone} />}
        {isFree(why) && (
          <div className="hold-ended-offers">
            <button type="button" className="button button-primary" onClick={() => choose(offer)}>
              Book it
            </button>
          </div>
        )}
      </div>
      {near.length > 0 && (
        <div>
          <p className="field-label why-near">Free near it</p>
          <div className="hold-ended-offers">
            {near.map((other) => (
              <button key={other.slotId} type="button" className="button" onClick={() => choose(other)}>
                {formatWhen(other.start, other.end, zone)}
              </button>
            ))}
          </div>
        </div>
      )}
    </Dialog>
  );
}

const isFree = (why: Explained | null): boolean => why !== null && "reasons" in why && why.onOffer;

function Reasons({ why, zone }: { readonly why: Explained; readonly zone: string }) {
  if ("error" in why) return <p>{whyRefused(why.error, zone)}</p>;
  if (why.onOffer) return <p className="hold-ended-title">It is free again.</p>;
  const sentences = [...new Set(why.reasons.map((reason) => reasonInWords(reason, zone)))];
  return (
    <>
      <ul className="why-reasons">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p className="muted">{helpInWords(why.reasons, sentences)}</p>
    </>
  );
}

type Explained = ShownExplanation | { readonly error: unknown };

/** What the engine says of a slot for this person. Null until it has answered. */
function useExplanation(slotId: string): Explained | null {
  const { calls } = useClient();
  const { me } = useDirectory();
  const [why, setWhy] = useState<Explained | null>(null);
  useEffect(() => {
    let isOver = false;
    const become = (next: Explained) => isOver || setWhy(next);
    calls.explain({ slotId, subjectId: me.id }).then(become, (error: unknown) => become({ error }));
    return () => {
      isOver = true;
    };
  }, [calls, slotId, me.id]);
  return why;
}
