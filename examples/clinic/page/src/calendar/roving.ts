import { type FocusEvent, type KeyboardEvent, useState } from "react";
import type { CalendarSlot } from "./slot-words.ts";

/**
 * The tabulator key comes to one slot of the calendar, and the arrow keys move on from there: up and down within a day,
 * left and right to what is beside it.
 */
export function useRovingFocus(slots: readonly CalendarSlot[], now: Date) {
  const [current, setCurrent] = useState<string | null>(null);
  const isThere = slots.some(({ slot }) => slot.id === current);
  const first = slots.find(({ slot }) => slot.end > now) ?? slots[0];
  return {
    reachableId: isThere ? current : (first?.slot.id ?? null),
    rovingProps: {
      onFocus: ({ target }: FocusEvent<HTMLElement>) => {
        const id = (target as HTMLElement).dataset.slotId;
        if (id !== undefined) setCurrent(id);
      },
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
        const move = moves[event.key];
        const from = event.target as HTMLElement;
        if (move === undefined || from.dataset.slotId === undefined || hasModifier(event)) return;
        const to = move(from, event.currentTarget);
        if (to === undefined) return;
        event.preventDefault();
        to.focus();
        to.scrollIntoView({ block: "nearest", inline: "nearest" });
      },
    },
  };
}

const hasModifier = ({ ctrlKey, altKey, metaKey, shiftKey }: KeyboardEvent) => ctrlKey || altKey || metaKey || shiftKey;

type Move = (from: HTMLElement, calendar: HTMLElement) => HTMLElement | undefined;

const moves: Readonly<Record<string, Move>> = {
  ArrowDown: (from, calendar) => beside(from, calendar, 1),
  ArrowUp: (from, calendar) => beside(from, calendar, -1),
  ArrowRight: (from, calendar) => across(from, calendar, 1),
  ArrowLeft: (from, calendar) => across(from, calendar, -1),
  Home: (from) => slotsIn(dayOf(from))[0],
  End: (from) => slotsIn(dayOf(from)).at(-1),
};

const dayOf = (slot: Element) => slot.closest("[data-day]") ?? slot;

function slotsIn(within: Element): readonly HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>("[data-slot-id]")];
}

/** The next one of the same day; in a list, also of the next day. */
function beside(from: HTMLElement, calendar: HTMLElement, step: 1 | -1): HTMLElement | undefined {
  const isList = calendar.dataset.layout === "list";
  const all = slotsIn(isList ? calendar : dayOf(from));
  if (isList) return all[all.indexOf(from) + step];
  const rows = all.filter((slot) => (step === 1 ? topOf(slot) > topOf(from) : topOf(slot) < topOf(from)));
  const row = topOf((step === 1 ? rows[0] : rows.at(-1)) ?? from);
  return nearest(
    rows.filter((slot) => topOf(slot) === row),
    leftOf,
    leftOf(from),
  );
}

/** What is at the same time beside it; else the nearest in time of the next day that has any. */
function across(from: HTMLElement, calendar: HTMLElement, step: 1 | -1): HTMLElement | undefined {
  const sameTime = slotsIn(dayOf(from)).filter(
    (slot) => topOf(slot) === topOf(from) && (leftOf(slot) - leftOf(from)) * step > 0,
  );
  if (sameTime.length > 0 && calendar.dataset.layout !== "list") return nearest(sameTime, leftOf, leftOf(from));
  const days = [...calendar.querySelectorAll("[data-day]")];
  const others =
    step === 1 ? days.slice(days.indexOf(dayOf(from)) + 1) : days.slice(0, days.indexOf(dayOf(from))).reverse();
  const day = others.find((other) => slotsIn(other).length > 0);
  return day === undefined ? undefined : nearest(slotsIn(day), topOf, topOf(from));
}

const topOf = (slot: Element) => Math.round(slot.getBoundingClientRect().top);
const leftOf = (slot: Element) => Math.round(slot.getBoundingClientRect().left);

function nearest(slots: readonly HTMLElement[], place: (slot: Element) => number, to: number): HTMLElement | undefined {
  return [...slots].sort((one, other) => Math.abs(place(one) - to) - Math.abs(place(other) - to))[0];
}
