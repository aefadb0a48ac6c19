/** The answer of a command, which may be a repeat. */
export interface Replayable {
  /**
   * True if the command had taken effect before, and this is the answer of the first call again. Absent if this call
   * made the change. Also absent if the connection was lost in between, because then either call may have made it.
   */
  readonly replayed?: true;
}
