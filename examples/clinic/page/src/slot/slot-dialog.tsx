import type { CalendarSlot } from "../calendar/slot-words.ts";
import { purposeOf, stateOf, titleOf } from "../calendar/slot-words.ts";
import { Dialog } from "../dialog/dialog.tsx";
import { useNames } from "../directory/use-names.ts";
import { formatDay, formatRange, formatTime } from "../time/format.ts";
import { SlotActions } from "./slot-actions.tsx";
import { SlotCheck } from "./slot-check.tsx";
import { SlotHistory } from "./slot-history.tsx";
import "./slot.css";

interface SlotDialogProps {
  /** Undefined if the slot is not among those that the calendar shows. */
  readonly about: CalendarSlot | undefined;
  readonly isLoaded: boolean;
  readonly onClose: () => void;
}

/** All about one slot, for the staff: what it is, what can be done with it, whether it is sound, and what happened to it. */
export function SlotDialog({ about, isLoaded, onClose }: SlotDialogProps) {
  const names = useNames();
  if (about === undefined) return <Absent isLoaded={isLoaded} onClose={onClose} />;
  const { slot } = about;
  const zone = names.zone(slot.facilityId);
  const title = `${formatDay(slot.start, zone)}, ${formatRange(slot.start, slot.end, zone)}`;
  return (
    <Dialog title={title} size="wide" onClose={onClose}>
      <Facts about={about} zone={zone} />
      <SlotActions about={about} />
      <SlotCheck slot={slot} />
      <SlotHistory slot={slot} zone={zone} />
    </Dialog>
  );
}

function Absent({ isLoaded, onClose }: Pick<SlotDialogProps, "isLoaded" | "onClose">) {
  const title = isLoaded ? "This slot is not here" : "Loading the slot";
  const text = isLoaded ? "It is of another day or another schedule. Close this, and choose where it is." : "";
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
    </Dialog>
  );
}

function Facts({ about, zone }: { readonly about: CalendarSlot; readonly zone: string }) {
  const names = useNames();
  const { slot, appointment, patient, seats } = about;
  const until = slot.hold?.expiresAt;
  const facts: readonly (readonly [name: string, text: string | null])[] = [
    ["Status", sentence(stateOf(slot.status, appointment?.status))],
    ["Held until", slot.status === "held" && until !== undefined ? formatTime(until, zone) : null],
    ["Patient", patient],
    ["For", purposeOf(appointment) ?? titleOf(slot)],
    ["With", names.provider(slot.providerId)],
    ["At", names.facility(slot.facilityId)],
    ["Seat", seats > 1 ? `${slot.seat + 1} of ${seats}` : null],
  ];
  const isPending = slot.isPending || appointment?.isPending === true;
  return (
    <div>
      <dl className="slot-facts">
        {facts.map(([name, text]) => text !== null && <Fact key={name} name={name} text={text} />)}
      </dl>
      <p className="slot-pending" role="status">
        {isPending ? "Not yet confirmed" : ""}
      </p>
    </div>
  );
}

function Fact({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}`;
