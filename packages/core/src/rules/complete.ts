import { advanceAppointment } from "./check-in.ts";

/** The appointment took place. It keeps its slots, as the record of when and where. */
export const complete = advanceAppointment("completed");
