import { CalendarView } from "../calendar/calendar-view.tsx";
import { PatientView } from "../patient/patient-view.tsx";
import { useDirectory } from "../person.ts";
import { WaitingList } from "../waiting-list/waiting-list.tsx";

export function Shell() {
  const { me } = useDirectory();
  return (
    <main>
      <h1>{me.name}</h1>
      {me.kind === "patient" ? (
        <PatientView />
      ) : (
        <>
          <CalendarView />
          <WaitingList />
        </>
      )}
    </main>
  );
}
