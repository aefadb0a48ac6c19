import { type Client, createClient, isRequestError } from "@slotwright/client";
import { createEngine } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { createHandler } from "@slotwright/http";

// A server, which these clients reach without a network. Yours is elsewhere, and `fetch` is the browser's.
const engine = createEngine({ storage: memoryAdapter() });
const actorOf = ({ headers }: Request) => ({ kind: "patient", id: headers.get("x-patient") ?? "" });
const handler = createHandler({ engine, actorOf });
const place = { providerId: "dr-weber", facilityId: "north-clinic" };
const slots = [{ start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" }];
await engine.createSlots({ actor: { kind: "provider", id: "dr-weber" }, ...place, slots });

const clientOf = (patient: string): Client =>
  createClient({
    url: "http://localhost",
    owner: patient,
    headers: { "x-patient": patient },
    fetch: (url, init) => handler(new Request(url, init)),
  });

// Two people look at the same day.
const [ada, ben] = [clientOf("ada"), clientOf("ben")];
const day = { from: "2027-03-22T00:00:00+01:00", to: "2027-03-23T00:00:00+01:00", providerIds: ["dr-weber"] };
const [adas, bens] = [ada.slots(day), ben.slots(day)];

function draw(): void {
  const lines = adas.get().items.map(({ status, isPending }) => (isPending ? `${status}, not yet confirmed` : status));
  if (lines.length > 0) console.log("ada sees:", lines.join("; "));
}

let drawn = adas.get();
adas.subscribe(() => {
  if (drawn !== adas.get()) draw();
  drawn = adas.get();
});
const bensIsLoaded = new Promise<void>((resolve) => {
  bens.subscribe(() => bens.get().isLoaded && resolve());
});
await bensIsLoaded;
const slotId = bens.get().items[0]?.id ?? "";

// A click shows at once, and is confirmed by the answer.
await ada.commands.book({ slotId, subjectId: "ada" });

// The slower one is told why not, and their screen is right before the news arrives.
await ben.commands.book({ slotId, subjectId: "ben" }).catch((error: unknown) => {
  if (!isRequestError(error, "slot_booked")) throw error;
  console.log("ben is told:", error.message);
  console.log("ben sees:", bens.get().items[0]?.status);
});

ada.close();
ben.close();
await handler.close();
