import { longestReason } from "../fields/reason.ts";

interface ReasonFieldProps {
  readonly id: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** A reason, which is written to the history. */
export function ReasonField({ id, text, onText }: ReasonFieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>Reason (optional)</label>
      <input
        id={id}
        type="text"
        maxLength={longestReason}
        value={text}
        onChange={({ target }) => onText(target.value)}
        autoComplete="off"
      />
    </div>
  );
}
