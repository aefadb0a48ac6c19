/** A process that tells another one of each booking on a database, and when it learnt of it. */
import { once } from "node:events";
import { openAudience } from "../arenas/open.ts";
import { isListening, type ListeningOrder } from "./elsewhere.ts";
import { listen } from "./listening.ts";

const [order] = (await once(process, "message")) as [ListeningOrder];
const gone = once(process, "disconnect");
const { audience, close } = openAudience(order);
const listening = await listen(audience, order.pollMs, (news) => process.send?.(news));
process.send?.(isListening);
await gone;
await listening.close();
await close();
