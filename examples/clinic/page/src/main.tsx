import { ClientProvider } from "@slotwright/client/react";
import { createRoot } from "react-dom/client";
import { clientOf, DirectoryContext, personInAddress, readDirectory } from "./person.ts";
import { Shell } from "./shell/shell.tsx";
import "./styles/tokens.css";

const root = createRoot(document.getElementById("root") as HTMLElement);
const person = personInAddress();
const directory = person === null ? undefined : await readDirectory(person);

if (directory === undefined) root.render(<p>Choose somebody.</p>);
else {
  root.render(
    <ClientProvider client={clientOf(directory.me.id)}>
      <DirectoryContext value={directory}>
        <Shell />
      </DirectoryContext>
    </ClientProvider>,
  );
}
