import { type Client, isRequestError } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useMemo, useSyncExternalStore } from "react";
import type { Names } from "../directory/names.ts";
import { useNames } from "../directory/use-names.ts";
import { formatWhen, visitorZone } from "../time/format.ts";
import { findNear, type Wanted } from "./near.ts";
import { type Notice, type NoticeAction, noticeList, type Offer, type OfferedTime } from "./notice-list.ts";
import { offersIn } from "./offers.ts";
import { whyRefused } from "./why.ts";

/** What was tried when it was refused. */
export interface Tried {
  /** What did not happen, as a sentence: "The appointment was not booked." */
  readonly what: string;
  /** The time that was wanted, if others near it would do. */
  readonly wanted?: Wanted | undefined;
  /** Whether another time would do. Default: each does. */
  readonly suits?: ((offer: Pick<Offer, "start" | "end">) => boolean) | undefined;
  /** Does the same with another slot. */
  readonly again?: ((offer: Offer) => unknown) | undefined;
  /** Does the same at a time of which no slot was made. Default: such times are not offered. */
  readonly againAt?: ((time: OfferedTime) => unknown) | undefined;
  /** Something else that can be done about it. */
  readonly actions?: readonly NoticeAction[] | undefined;
}

export interface Telling {
  /** Tells of a refusal, with other times near the wanted one. The client has taken the change back by then. */
  readonly refused: (error: unknown, tried: Tried) => void;
  /** Tells of something that went well. */
  readonly told: (text: string, more?: { readonly text?: string; readonly actions?: readonly NoticeAction[] }) => void;
  readonly dismiss: (id: number) => void;
}

export function useTelling(): Telling {
  const client = useClient();
  const names = useNames();
  return useMemo(
    () => ({
      refused: (error, tried) => void tellRefusal(error, tried, client, names),
      told: (title, { text = "", actions = [] } = {}) => void noticeList.add({ tone: "told", title, text, actions }),
      dismiss: noticeList.dismiss,
    }),
    [client, names],
  );
}

export function useNotices(): Telling & { readonly notices: readonly Notice[] } {
  const telling = useTelling();
  const notices = useSyncExternalStore(noticeList.subscribe, noticeList.get);
  return { ...telling, notices };
}

/** Errors that somebody has told of: the listener of outcomes leaves them alone. */
const told = new WeakSet<object>();

export const isTold = (error: object): boolean => told.has(error);

async function tellRefusal(error: unknown, tried: Tried, client: Client, names: Names): Promise<void> {
  if (typeof error === "object" && error !== null) told.add(error);
  if (!isRequestError(error)) console.error(error);
  const { wanted, again, againAt, suits = () => true, actions = [] } = tried;
  // What was given up may have taken effect: nobody must book another time for it without having looked.
  const isOpen = isRequestError(error, "not_sent");
  const what = isOpen ? "It is not known whether this was done." : tried.what;
  const zone = wanted === undefined ? visitorZone() : names.zone(wanted.facilityId);
  const id = noticeList.add({ tone: "refused", title: what, text: whyRefused(error, zone), actions });
  if (isOpen || wanted === undefined || again === undefined) return;
  const near = offersIn(error, againAt !== undefined) ?? (await findNear(client.calls, wanted).catch(() => []));
  const offers = near.filter(suits);
  const asAction = (offer: Offer | OfferedTime): NoticeAction => ({
    label: formatWhen(offer.start, offer.end, zone),
    act: () => void (offer.slotId === null ? againAt?.(offer) : again(offer)),
  });
  if (offers.length === 0) return;
  const actionsTitle = `Free with ${names.provider(wanted.providerId)}:`;
  noticeList.complete(id, { actions: [...offers.map(asAction), ...actions], actionsTitle });
}
