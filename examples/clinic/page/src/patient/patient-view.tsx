import { useRoute } from "../shell/route.ts";
import { AppointmentsView } from "./appointments/appointments-view.tsx";
import { FindView } from "./find/find-view.tsx";

/** What a patient sees. */
export function PatientView() {
  const { route } = useRoute();
  return route.view === "appointments" ? <AppointmentsView /> : <FindView />;
}
