/** The most characters of a reason: as many as the engine takes. */
export const longestReason = 500;
