import type { ConnectionName } from "@slotwright/client";
import { type ShownConnection, useConnection } from "@slotwright/client/react";
import { ageInWords } from "./age.ts";
import "./connection-badge.css";

const words: Readonly<Record<ConnectionName, string>> = {
  live: "Live",
  polling: "Polling",
  reconnecting: "Reconnecting",
};

const sentences: Readonly<Record<ConnectionName, string>> = {
  live: "Live: news comes as it happens.",
  polling: "Polling: news comes every few seconds.",
  reconnecting: "Reconnecting: no news comes. What you see may be old.",
};

/** How what is shown follows the server, and how old it may be. It keeps its size, so that nothing beside it moves. */
export function ConnectionBadge() {
  const connection = useConnection();
  const { state } = connection;
  return (
    <div className="badge" data-state={state}>
      <span className="badge-sign" aria-hidden="true" />
      <span className="badge-state" aria-hidden="true">
        {words[state]}
      </span>
      <span className="badge-age">{ageOf(connection)}</span>
      {/* Without the age, which would be read out every second. */}
      <span className="visually-hidden" role="status">
        {sentences[state]}
      </span>
    </div>
  );
}

function ageOf({ state, ageMs }: ShownConnection): string {
  if (ageMs === null) return "nothing yet";
  return state === "live" ? "up to date" : `${ageInWords(ageMs)} old`;
}
