// @vitest-environment happy-dom
import type { Document } from "happy-dom";
import { act, createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, expect, test } from "vitest";
import {
  ClientProvider,
  useAppointments,
  useBooking,
  useConnection,
  useOpenSlots,
  usePending,
  useSlots,
} from "../src/react/index.ts";
import { ben, openStage, type Stage } from "./simulation/stage.ts";
import { settled } from "./simulation/virtual-time.ts";

const { document } = globalThis as unknown as { readonly document: Document };
(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

let stage: Stage | undefined;
afterEach(() => stage?.close());

function Page({ of: { slotIds, window } }: { readonly of: Stage }) {
  const slots = useSlots(window);
  const open = useOpenSlots(window);
  const mine = useAppointments(window);
  const { state } = useConnection();
  const { book, error, underWay } = useBooking();
  const click = () => void book({ slotId: slotIds[0] ?? "", subjectId: "ada" });
  const text = [
    state,
    slots.items.map(({ status, isPending }) => status + (isPending ? "?" : "")).join(" "),
    `open ${open.items.length}`,
    `mine ${mine.items.length}`,
    `under way ${underWay}`,
    error === null ? "fine" : `${error.code}: ${error.message}`,
  ].join(", ");
  return createElement("button", { type: "button", onClick: click }, text);
}

function Waiting() {
  const words = usePending().map(({ name, attempts, error }) => `${name}: ${attempts} failed, ${error?.code}`);
  return createElement("p", {}, words.join("; ") || "nothing");
}

function mount(of: Stage) {
  const element = document.createElement("div");
  const root = createRoot(element as never);
  const page = createElement(ClientProvider, { client: of.client }, createElement(Page, { of }));
  return { root, page: createElement(StrictMode, null, page), text: () => element.textContent ?? "", element };
}

const calm = () => act(() => settled(12));

test("components show slots, bookings and the connection, and a click before it is answered", async () => {
  stage = await openStage();
  const { server, time } = stage;
  const { root, page, text, element } = mount(stage);
  await act(() => root.render(page));
  await calm();
  expect(text()).toBe("live, available available available, open 3, mine 0, under way 0, fine");
  server.fates.push("late");
  await act(() => element.querySelector("button")?.click());
  await calm();
  expect(text()).toBe("live, booked? available available, open 2, mine 1, under way 1, fine");
  server.release();
  await calm();
  expect(text()).toBe("live, booked available available, open 2, mine 1, under way 0, fine");
  await server.pump(10);
  await act(() => time.advance(300, () => settled()));
  expect(text()).toBe("live, booked available available, open 2, mine 1, under way 0, fine");
  await act(() => root.unmount());
});

test("a click that is refused is taken back, with the reason", async () => {
  stage = await openStage();
  const { engine, slotIds } = stage;
  const { root, page, text, element } = mount(stage);
  await act(() => root.render(page));
  await calm();
  await engine.book({ actor: ben, slotId: slotIds[0] ?? "", subjectId: "ben" });
  await act(() => element.querySelector("button")?.click());
  await calm();
  expect(text()).toMatch(/^live, booked available available, open 2, mine 0, under way 0, slot_booked: /);
  await act(() => root.unmount());
});

test("a component shows which commands do not get through, until they are given up", async () => {
  stage = await openStage();
  const { server, client, slotIds } = stage;
  const element = document.createElement("div");
  const root = createRoot(element as never);
  await act(() => root.render(createElement(ClientProvider, { client }, createElement(Waiting))));
  await calm();
  expect(element.textContent).toBe("nothing");
  server.fates.push("lost");
  let told: Promise<unknown> | undefined;
  await act(() => {
    told = client.commands.book({ slotId: slotIds[0] ?? "", subjectId: "ada" }).catch(({ code }) => code);
  });
  await calm();
  expect(element.textContent).toBe("book: 1 failed, no_answer");
  const [{ key } = { key: "" }] = client.pending.get();
  await act(() => void client.giveUp(key));
  await calm();
  expect(element.textContent).toBe("nothing");
  expect(await told).toBe("not_sent");
  await act(() => root.unmount());
});

test("a server renders the page, without a list yet", async () => {
  stage = await openStage();
  expect(renderToString(mount(stage).page)).toContain("open 0, mine 0, under way 0, fine");
});

test("a hook outside of a provider says what is missing", async () => {
  stage = await openStage();
  const { client: _, ...rest } = stage;
  expect(() => renderToString(createElement(Page, { of: rest as Stage }))).toThrow(/ClientProvider/);
});
