import { Options } from "../fields/options.tsx";
import { SelectField } from "../fields/select-field.tsx";
import type { DraftException, ExceptionKind } from "./draft.ts";
import { TimesFields } from "./times-fields.tsx";
import { Problems } from "./window-row.tsx";

interface ExceptionRowProps {
  readonly exception: DraftException;
  readonly problems: readonly string[];
  readonly onException: (exception: DraftException) => void;
  readonly onRemove: () => void;
}

const kinds: readonly { readonly id: ExceptionKind; readonly name: string }[] = [
  { id: "closed", name: "Closed" },
  { id: "instead", name: "Other hours" },
  { id: "extra", name: "Extra hours" },
];

/** Dates that have hours of their own. */
export function ExceptionRow({ exception, problems, onException, onRemove }: ExceptionRowProps) {
  const { key, first, last, kind } = exception;
  const id = `exception-${key}`;
  const about = first === last ? first : `${first} to ${last}`;
  return (
    <fieldset className="hours-row" aria-describedby={problems.length > 0 ? `${id}-problems` : undefined}>
      <legend className="visually-hidden">{about}</legend>
      <div className="hours-line">
        <div className="field">
          <label htmlFor={`${id}-first`}>First day</label>
          <input
            id={`${id}-first`}
            type="date"
            required
            value={first}
            onChange={({ target }) => {
              const { value } = target;
              onException({ ...exception, first: value, last: [value, last].toSorted().at(-1) ?? value });
            }}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-last`}>Last day</label>
          <input
            id={`${id}-last`}
            type="date"
            required
            min={first}
            value={last}
            onChange={({ target }) => onException({ ...exception, last: target.value })}
          />
        </div>
        <SelectField
          id={`${id}-kind`}
          label="What holds"
          value={kind}
          onValue={(value) => onException({ ...exception, kind: value as ExceptionKind })}
        >
          <Options of={kinds} />
        </SelectField>
        <button type="button" className="button-icon" aria-label={`Remove: ${about}`} onClick={onRemove}>
          <span aria-hidden="true">×</span>
        </button>
      </div>
      {kind !== "closed" && (
        <TimesFields id={id} times={exception} onTimes={(times) => onException({ ...exception, ...times })} />
      )}
      <Problems id={`${id}-problems`} problems={problems} />
    </fieldset>
  );
}
