let opened = 0;
const openings = new WeakMap<object, number>();

/** Call this for each session of a pool when it is opened. */
export function noteOpened(session: object): void {
  opened += 1;
  openings.set(session, opened);
}

/** The size of a pool that does not report how many sessions it has: the drivers' default. */
const usualSize = 10;

/**
 * After a failover, a pool keeps its sessions to the former primary, and each of them keeps answering that it takes no
 * writes. The answer is believed if it comes from a session that was opened after the first such answer. If it is not
 * known when sessions were opened, it is believed once more sessions have given it than were open.
 */
export function freshnessCheck(open: number | null): (session: object) => boolean {
  const before = opened;
  // The session that gave the first answer may already be closed.
  let left = (open ?? usualSize) + 1;
  return (session) => {
    left -= 1;
    return (openings.get(session) ?? 0) > before || left < 0;
  };
}
