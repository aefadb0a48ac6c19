export type { ClientMessage, MessageKind } from "./client-message.ts";
export { runs } from "./client-message.ts";
export type { FaultAction, FaultPoint, InjectedFault, ProxyFault } from "./fault.ts";
export { createParcels } from "./parcels.ts";
export type { FaultProxy, ProxyTarget } from "./proxy.ts";
export { startProxy } from "./proxy.ts";
