import { endAppointment } from "./cancel.ts";

/** The provider says no to a request, and gives a reason. It is final. */
export const decline = endAppointment("declined");
