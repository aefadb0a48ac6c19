const [fewest, most, usual] = [3, 600, 120];

/** For how long a time is kept while the form is filled. The address may ask for another one: `&hold=5`. */
export function holdSeconds(search: string): number {
  const asked = new URLSearchParams(search).get("hold");
  const seconds = asked === null ? Number.NaN : Math.round(Number(asked));
  return Number.isFinite(seconds) ? Math.min(most, Math.max(fewest, seconds)) : usual;
}
