import { longestReason } from "../fields/reason.ts";

interface ReasonFieldProps {
  readonly id: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Default: "Reason (optional)". */
  readonly label?: string | undefined;
  /** What is wrong with it. Default: nothing. */
  readonly problem?: string | null;
}

/** A reason, which is written to the history. */
export function ReasonField({ id, text, onText, label = "Reason (optional)", problem = null }: ReasonFieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        maxLength={longestReason}
        value={text}
        onChange={({ target }) => onText(target.value)}
        autoComplete="off"
        aria-invalid={problem !== null || undefined}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
      />
      {problem !== null && (
        <p className="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
