/** Asks TypeScript's language server what an editor shows over a name. TypeScript 7 has no stable interface besides it. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A member of an interface, as an editor shows it. */
export interface Member {
  readonly owner: string;
  readonly name: string;
  /** What stands in the code: `(property) HoldInput.seconds?: number | undefined`. */
  readonly signature: string;
  /** The documentation, as Markdown; empty if there is none. */
  readonly text: string;
}

export interface LanguageServer {
  /** All members of the interfaces of a file, in the order of the file. */
  readonly membersOf: (file: string) => Promise<readonly Member[]>;
  /** The errors of a text that stands in for the file, which need not exist. */
  readonly problemsOf: (file: string, text: string) => Promise<readonly string[]>;
  /** What an editor shows at these places of such a text. */
  readonly hoversIn: (file: string, text: string, places: readonly TextPosition[]) => Promise<readonly string[]>;
  readonly close: () => void;
}

interface TextPosition {
  readonly line: number;
  readonly character: number;
}

interface Symbols {
  readonly name: string;
  readonly kind: number;
  readonly selectionRange: { readonly start: TextPosition };
  readonly children?: readonly Symbols[];
}

interface Problem {
  readonly severity: number;
  readonly message: string;
  readonly range: { readonly start: TextPosition };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Numbers of the protocol. */
const interfaceKind = 11;
const errorSeverity = 1;

/** A server for the files below the folder, which has to be closed. */
export async function openLanguageServer(root: string): Promise<LanguageServer> {
  const server = spawn(join(root, "node_modules", ".bin", "tsc"), ["--lsp", "--stdio"], { cwd: root });
  const { ask, tell } = connect(server);
  const rootUri = pathToFileURL(root).href;
  const textDocument = {
    hover: { contentFormat: ["markdown"] },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
  };
  await ask("initialize", { processId: process.pid, rootUri, capabilities: { textDocument } });
  tell("initialized", {});

  const open = (file: string, text: string) => {
    const uri = pathToFileURL(join(root, file)).href;
    tell("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version: 1, text } });
    return { uri };
  };

  const hoverAt = async (textDocument: { readonly uri: string }, position: TextPosition) => {
    const hover = await ask("textDocument/hover", { textDocument, position });
    return (hover as { readonly contents: { readonly value: string } } | null)?.contents.value ?? "";
  };

  return {
    async membersOf(file) {
      const opened = open(file, readFileSync(join(root, file), "utf8"));
      const symbols = (await ask("textDocument/documentSymbol", { textDocument: opened })) as readonly Symbols[];
      const members = symbols
        .filter(({ kind }) => kind === interfaceKind)
        .flatMap(({ name: owner, children = [] }) => children.map((child) => ({ ...child, owner })));
      return Promise.all(
        members.map(async ({ owner, name, selectionRange }) => {
          return { owner, name, ...partsOf(await hoverAt(opened, selectionRange.start)) };
        }),
      );
    },
    async problemsOf(file, text) {
      const report = await ask("textDocument/diagnostic", { textDocument: open(file, text) });
      const { items } = report as { readonly items: readonly Problem[] };
      const errors = items.filter(({ severity }) => severity === errorSeverity);
      return errors.map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
    },
    async hoversIn(file, text, places) {
      const opened = open(file, text);
      return Promise.all(places.map((place) => hoverAt(opened, place)));
    },
    close() {
      // Where the server is a process of the one that was started, the end of its input ends it.
      server.stdin.end();
      server.kill();
    },
  };
}

function partsOf(hover: string): Pick<Member, "signature" | "text"> {
  const [, signature = "", text = ""] = /^```\w+\n([\s\S]*?)\n```\n?([\s\S]*)$/.exec(hover) ?? [];
  return { signature, text: text.trim() };
}

/** Requests and answers as JSON-RPC, each with its length in front. */
function connect({ stdin, stdout }: ChildProcessWithoutNullStreams) {
  const waiting = new Map<number, (answer: Message) => void>();
  let received = Buffer.alloc(0);
  let asked = 0;

  const send = (message: object) => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  };

  const receive = ({ id, method, params, ...answer }: Message) => {
    if (id === undefined) return;
    // The server asks for settings, of which there are none.
    if (method !== undefined) send({ id, result: params?.items?.map(() => null) ?? null });
    else waiting.get(id)?.(answer);
  };

  stdout.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const head = received.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(received.subarray(0, Math.max(head, 0)).toString())?.[1]);
      if (head < 0 || received.length < head + 4 + length) return;
      receive(JSON.parse(received.subarray(head + 4, head + 4 + length).toString()) as Message);
      received = received.subarray(head + 4 + length);
    }
  });

  const ask = (method: string, params: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      asked += 1;
      waiting.set(asked, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(error.message)),
      );
      send({ id: asked, method, params });
    });
  return { ask, tell: (method: string, params: unknown) => send({ method, params }) };
}
