import { isRequestError, newId, type ShownSlot } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import type { FreeTime } from "@slotwright/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { headersOf, useDirectory } from "../../person.ts";
import { reached } from "../../time/instant.ts";
import { askToHold, type OwnHold } from "./ask-to-hold.ts";

/** What is kept for the person while they fill in the form. */
export type Keeping =
  | { readonly name: "asking"; readonly offer: FreeTime }
  | Kept
  /** The server cannot be reached. The time can be booked all the same, as soon as it can. */
  | { readonly name: "unreachable"; readonly offer: FreeTime }
  /** It ran out by the clock of the device. Until `freeAt`, it may still count for the server. */
  | (OwnHold & { readonly name: "over"; readonly offer: FreeTime })
  /** The practice has ended it. */
  | { readonly name: "broken"; readonly offer: FreeTime }
  /** Somebody else has it. */
  | { readonly name: "lost"; readonly offer: FreeTime; readonly error: unknown };

type Kept = OwnHold & { readonly name: "kept"; readonly offer: FreeTime };

export type SeenSlot = Pick<ShownSlot, "id" | "status" | "version">;

export interface Hold {
  /** Null while no time is chosen. */
  readonly keeping: Keeping | null;
  readonly seconds: number;
  /** Keeps a time, in place of the one before. */
  readonly keep: (offer: FreeTime) => void;
  /** Keeps the time that is kept as long again, counted from now. */
  readonly keepLonger: () => void;
  /** Gives the time back. */
  readonly giveBack: () => void;
  /** To be told what the slot is seen to be: it may not be kept any longer. */
  readonly seen: (slot: SeenSlot) => void;
  /** Forgets it without giving it back: it is about to be booked. */
  readonly letGo: () => void;
}

/** Keeps one time for a while. It is given back when another one is kept, when its component goes, and when the page is left. */
export function useHold(seconds: number): Hold {
  const { calls } = useClient();
  const { me } = useDirectory();
  const [keeping, setKeeping] = useState<Keeping | null>(null);
  const current = useRef<Keeping | null>(null);

  const become = useCallback((next: Keeping | null) => {
    current.current = next;
    setKeeping(next);
  }, []);

  const lastSeen = useRef<SeenSlot | null>(null);
  const look = useCallback(() => {
    const [kept, slot] = [current.current, lastSeen.current];
    if (kept?.name !== "kept" || kept.slotId !== slot?.id) return;
    if (slot.version > kept.version && slot.status !== "held") become({ name: "broken", offer: kept.offer });
  }, [become]);

  const giveBack = useCallback(() => {
    const before = current.current;
    become(null);
    if (before?.name === "kept") void calls.release({ slotId: before.slotId, holdToken: before.token }).catch(() => {});
  }, [calls, become]);

  const keep = useCallback(
    (offer: FreeTime) => {
      const before = current.current;
      giveBack();
      const asked: Keeping = { name: "asking", offer };
      become(asked);
      const ask = () => askToHold(calls, offer, seconds);
      // The hold that is over would be in the way of one of the same time.
      const asking = before?.name === "over" ? reached(before.freeAt).then(ask) : ask();
      asking.then(
        (own) => {
          if (current.current === asked) {
            become({ name: "kept", offer, ...own });
            // The news may have come before the answer.
            look();
          } else void calls.release({ slotId: own.slotId, holdToken: own.token }).catch(() => {});
        },
        (error: unknown) => {
          if (current.current === asked) become(withoutHold(offer, error));
        },
      );
    },
    [calls, seconds, become, giveBack, look],
  );

  const keepLonger = useCallback(() => {
    const kept = current.current;
    if (kept?.name !== "kept") return;
    const endsAt = Date.now() + seconds * 1000;
    const again = { slotId: kept.slotId, holdToken: kept.token, seconds, idempotencyKey: newId() };
    calls.extend(again).then(
      () => {
        if (current.current !== kept) return;
        become({ ...kept, endsAt: Math.max(kept.endsAt, endsAt), freeAt: Date.now() + seconds * 1000 });
      },
      // It ends when it would have ended, which the clock shows.
      () => {},
    );
  }, [calls, seconds, become]);

  const seen = useCallback(
    (slot: SeenSlot) => {
      lastSeen.current = slot;
      look();
    },
    [look],
  );

  useEndOfHold(keeping, () => become({ ...(keeping as Kept), name: "over" }));
  useLeaving(current, me.id, giveBack);
  return { keeping, seconds, keep, keepLonger, giveBack, seen, letGo: () => become(null) };
}

function withoutHold(offer: FreeTime, error: unknown): Keeping {
  const isAway = isRequestError(error) && (error.transient || error.status === 0);
  return isAway ? { name: "unreachable", offer } : { name: "lost", offer, error };
}

function useEndOfHold(keeping: Keeping | null, onEnd: () => void): void {
  const end = useRef(onEnd);
  end.current = onEnd;
  const endsAt = keeping?.name === "kept" ? keeping.endsAt : null;
  useEffect(() => {
    if (endsAt === null) return;
    const timer = setTimeout(() => end.current(), Math.max(0, endsAt - Date.now()));
    return () => clearTimeout(timer);
  }, [endsAt]);
}

/** A page that is closed has no time for an answer: `keepalive` sends the request all the same. */
function useLeaving(current: React.RefObject<Keeping | null>, person: string, giveBack: () => void): void {
  useEffect(() => {
    function leave(): void {
      const kept = current.current;
      if (kept?.name !== "kept") return;
      void fetch(`/api/slots/${encodeURIComponent(kept.slotId)}/release`, {
        method: "POST",
        keepalive: true,
        headers: { ...headersOf(person), "Content-Type": "application/json" },
        body: JSON.stringify({ holdToken: kept.token }),
      }).catch(() => {});
    }
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      giveBack();
    };
  }, [current, person, giveBack]);
}
