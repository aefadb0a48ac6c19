import { bounds, type Visit } from "./visit.ts";

interface VisitFieldsProps {
  readonly visit: Visit;
  readonly onVisit: (visit: Visit) => void;
}

/** What the visit is for. Whatever is written here is text, and shown as text. */
export function VisitFields({ visit, onVisit }: VisitFieldsProps) {
  const left = bounds.note - visit.note.length;
  return (
    <>
      <div className="field">
        <label htmlFor="visit-purpose">What is it about?</label>
        <input
          id="visit-purpose"
          name="purpose"
          autoComplete="off"
          required
          maxLength={bounds.purpose}
          placeholder="For example, a check-up"
          value={visit.purpose}
          onChange={({ target }) => onVisit({ ...visit, purpose: target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor="visit-note">Anything the practice should know? (optional)</label>
        <textarea
          id="visit-note"
          name="note"
          maxLength={bounds.note}
          aria-describedby="visit-note-left"
          value={visit.note}
          onChange={({ target }) => onVisit({ ...visit, note: target.value })}
        />
        <p className="field-hint" id="visit-note-left">
          Up to {bounds.note} characters, {left} left
        </p>
      </div>
    </>
  );
}
