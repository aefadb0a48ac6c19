import { endAppointment } from "./cancel.ts";

/** The subject did not come. The result's `slots` are the ones that became free. */
export const markNoShow = endAppointment("no_show");
