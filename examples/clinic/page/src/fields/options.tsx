interface OptionsProps {
  readonly of: readonly { readonly id: string | number; readonly name: string }[];
}

/** What a `select` offers. */
export function Options({ of }: OptionsProps) {
  return of.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}
