interface Times {
  readonly start: Date;
  readonly end: Date;
}

const lengthOf = ({ start, end }: Times): number => end.getTime() - start.getTime();

/** Whether a free slot is another time for an appointment, and long enough. A further place of its own time is none. */
export const canMoveTo = (appointment: Times, slot: Times): boolean =>
  slot.start.getTime() !== appointment.start.getTime() && lengthOf(slot) >= lengthOf(appointment);

/** When it ends if it begins there: it keeps its length, also in a longer slot. */
export const endOf = (appointment: Times, start: Date): Date => new Date(start.getTime() + lengthOf(appointment));
