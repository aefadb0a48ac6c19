/** How often those who follow the feed look for entries that others have committed, in milliseconds. */
export const pollMs = 20;
