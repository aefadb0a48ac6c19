import type { ReactNode } from "react";
import type { People } from "../../../people.ts";
import { Avatar } from "./people.tsx";
import { clinicName, Logo, StandIn } from "./shell.tsx";
import "./chooser.css";

/** Asks who is looking, where the address does not say it. */
export function Chooser({ people, unknown }: { readonly people: People; readonly unknown: string | null }) {
  const { providers, patients, warning } = people;
  return (
    <div className="chooser">
      <StandIn warning={warning} />
      <main className="chooser-main">
        <header className="chooser-head">
          <Logo />
          <h1>{clinicName}</h1>
          <p className="muted">Choose who you are. Open a second window as somebody else, and watch both.</p>
          {unknown !== null && <p className="chooser-unknown">Nobody here is called “{unknown}”.</p>}
        </header>
        <Group title="Staff">
          {providers.map(({ id, name, role }) => (
            <Card key={id} id={id} name={name} what={role} />
          ))}
        </Group>
        <Group title="Patients">
          {patients.map(({ id, name }) => (
            <Card key={id} id={id} name={name} what="Patient" />
          ))}
        </Group>
      </main>
    </div>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = `chooser-${title.toLowerCase()}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul className="chooser-list">{children}</ul>
    </section>
  );
}

function Card({ id, name, what }: { readonly id: string; readonly name: string; readonly what: string }) {
  return (
    <li>
      <a className="chooser-card" href={`/?as=${encodeURIComponent(id)}`}>
        <Avatar name={name} />
        <span>
          <span className="chooser-name">{name}</span>
          <span className="chooser-what">{what}</span>
        </span>
      </a>
    </li>
  );
}

/** Where the server does not answer at the beginning. */
export function Unreachable() {
  return (
    <main className="chooser-main unreachable">
      <Logo />
      <h1>The clinic cannot be reached</h1>
      <p className="muted">The server did not answer. It may be starting, or you may be offline.</p>
      <button type="button" className="button button-primary" onClick={() => location.reload()}>
        Try again
      </button>
    </main>
  );
}
