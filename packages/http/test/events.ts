/** An event of a stream, as a browser would dispatch it, or a comment. */
export interface Received {
  readonly event: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
  readonly data: any;
}

/** Reads a stream until it is left, or ends. */
export function readEvents(response: Response) {
  const received: Received[] = [];
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let isEnded = false;
  const running = (async () => {
    const decoder = new TextDecoder();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      received.push(...blocks.map(eventIn));
    }
  })()
    .catch(() => {})
    .finally(() => {
      isEnded = true;
    });
  const named = (event: string) => received.filter((one) => one.event === event);
  return {
    received,
    named,
    entries: () => named("changes").flatMap(({ data }) => data.entries),
    lastId: () => received.findLast(({ id }) => id !== undefined)?.id ?? "",
    isEnded: () => isEnded,
    async leave() {
      await reader.cancel().catch(() => {});
      await running;
    },
  };
}

function eventIn(block: string): Received {
  const fields = block.split("\n").map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
  });
  const of = (name: string) => fields.find(([field]) => field === name)?.[1];
  const data = of("data");
  const event = of("event") ?? (fields.some(([field]) => field === "") ? "comment" : "none");
  return { event, id: of("id"), data: data === undefined ? undefined : JSON.parse(data) };
}
