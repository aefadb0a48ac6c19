/** The number that a flag of a command line gives. @throws Error that says what the flag must be */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${flag} must be a whole number from ${least} to ${most}, not "${text}"`);
}
