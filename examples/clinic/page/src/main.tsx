import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import { ClientProvider } from "@slotwright/client/react";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { clientOf, DirectoryContext, personInAddress, readDirectory } from "./person.ts";
import { Chooser, Unreachable } from "./shell/chooser.tsx";
import { readPeople } from "./shell/read-people.ts";
import { Shell } from "./shell/shell.tsx";

const root = createRoot(document.getElementById("root") as HTMLElement);
root.render(await pageOf(personInAddress()).catch(() => <Unreachable />));

async function pageOf(person: string | null): Promise<ReactNode> {
  const directory = person === null ? undefined : await readDirectory(person);
  if (directory === undefined) return <Chooser people={await readPeople()} unknown={person} />;
  return (
    <ClientProvider client={clientOf(directory.me.id)}>
      <DirectoryContext value={directory}>
        <Shell />
      </DirectoryContext>
    </ClientProvider>
  );
}
