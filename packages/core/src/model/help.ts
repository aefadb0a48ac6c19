/** What may help against a reason: another time, a person with more rights, or the same again later. */
export const helps = ["another_time", "more_rights", "later"] as const;
export type Help = (typeof helps)[number];

export const isHelp = (value: unknown): value is Help => (helps as readonly unknown[]).includes(value);
