let opened = 0;
const openings = new WeakMap<object, number>();

/** To be called of each session of a pool as it is opened. */
export function noteOpened(session: object): void {
  opened += 1;
  openings.set(session, opened);
}

/** Of a pool that does not tell how many sessions it has: the drivers' default. */
const usualSize = 10;

/**
 * After a failover a pool keeps sessions to a server that was a primary once, and each answers for ever that it takes no
 * writes. So such an answer is believed of a session that was opened after the first one was given; or, where it is not
 * known when sessions were opened, when more of them have answered so than were open.
 */
export function freshnessCheck(open: number | null): (session: object) => boolean {
  const before = opened;
  // The one that has answered may be closed already.
  let left = (open ?? usualSize) + 1;
  return (session) => {
    left -= 1;
    return (openings.get(session) ?? 0) > before || left < 0;
  };
}
