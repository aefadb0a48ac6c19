import { type MouseEvent, useEffect } from "react";
import { CalendarView } from "../calendar/calendar-view.tsx";
import { HoursView } from "../hours/hours-view.tsx";
import { Notices } from "../notices/notices.tsx";
import { OverrideDialog } from "../notices/override-dialog.tsx";
import { PatientView } from "../patient/patient-view.tsx";
import { useDirectory } from "../person.ts";
import { SyncView } from "../sync/sync-view.tsx";
import { WaitingList } from "../waiting-list/waiting-list.tsx";
import { ConnectionBadge } from "./connection-badge.tsx";
import { ViewIcon } from "./icons.tsx";
import { Avatar } from "./people.tsx";
import { addressOf, useRoute, type ViewName } from "./route.ts";
import { type NamedView, viewsOf } from "./views.ts";
import "./shell.css";

export const clinicName = "Harbour & Hillside";

/** What is around every view: who is looking, where they can go, and how fresh it is. */
export function Shell() {
  const { me, warning } = useDirectory();
  const { route } = useRoute();
  const views = viewsOf(me.kind);
  const view = views.find(({ name }) => name === route.view) ?? (views[0] as NamedView);
  useEffect(() => {
    document.title = `${view.label} · ${me.name} · ${clinicName}`;
  }, [view.label, me.name]);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <StandIn warning={warning} />
      <header className="top">
        <a className="brand" href="/" title="Choose somebody else">
          <Logo />
          <span className="brand-name">{clinicName}</span>
        </a>
        <Navigation views={views} current={view.name} />
        <ConnectionBadge />
        <Who />
      </header>
      <main id="main" className="main" tabIndex={-1}>
        <h1 className="visually-hidden">{view.label}</h1>
        <View name={view.name} />
      </main>
      <OverrideDialog />
      <Notices />
    </div>
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
    case "hours":
      return <HoursView />;
    case "sync":
      return <SyncView />;
  }
}

export function StandIn({ warning }: { readonly warning: string }) {
  return (
    <aside className="stand-in" aria-label="The stand-in for a sign-in">
      {warning}
    </aside>
  );
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path
        d="M7 21c3 0 3-2.5 6-2.5s3 2.5 6 2.5 3-2.5 6-2.5M16 7v8M12 11h8"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
    </svg>
  );
}

function Who() {
  const { me, providers } = useDirectory();
  const role = providers.find(({ id }) => id === me.id)?.role ?? "Patient";
  return (
    <a className="who" href="/" title="Choose somebody else">
      <Avatar name={me.name} />
      <span className="who-words">
        <span className="who-name">{me.name}</span> <span className="who-role">{role}</span>
      </span>
      <span className="visually-hidden">Choose somebody else</span>
    </a>
  );
}

function Navigation({ views, current }: { readonly views: readonly NamedView[]; readonly current: ViewName }) {
  const { go } = useRoute();
  const follow = (name: ViewName) => (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go({ view: name, slot: null });
  };
  return (
    <nav className="nav" aria-label="Views">
      <ul>
        {views.map(({ name, label }) => (
          <li key={name}>
            <a
              href={addressOf(location.search, { view: name, slot: null })}
              aria-current={name === current ? "page" : undefined}
              onClick={follow(name)}
            >
              <ViewIcon name={name} />
              <span>{label}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
