import { CalendarView } from "../calendar/calendar-view.tsx";
import { PatientView } from "../patient/patient-view.tsx";
import { useDirectory } from "../person.ts";
import { WaitingList } from "../waiting-list/waiting-list.tsx";
import { useRoute, type ViewName } from "./route.ts";
import { viewsOf } from "./views.ts";

export function Shell() {
  const { me } = useDirectory();
  const { route } = useRoute();
  const views = viewsOf(me.kind);
  const view = views.find(({ name }) => name === route.view)?.name ?? views[0]?.name ?? "find";
  return (
    <main>
      <h1>{me.name}</h1>
      <View name={view} />
    </main>
  );
}

function View({ name }: { readonly name: ViewName }) {
  switch (name) {
    case "find":
    case "appointments":
      return <PatientView />;
    case "calendar":
      return <CalendarView />;
    case "waiting":
      return <WaitingList />;
    case "sync":
      return <section aria-label="Sync check" />;
  }
}
