import type { ReactNode } from "react";

interface SelectFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string | number;
  readonly onValue: (value: string) => void;
  readonly children: ReactNode;
}

/** A choice with its label. */
export function SelectField({ id, label, value, onValue, children }: SelectFieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onValue(target.value)}>
        {children}
      </select>
    </div>
  );
}
