import assert from "node:assert/strict";
import type { Engine } from "@slotwright/core";
import { assertSound, minutes, provider, publish } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { busy, busyStage, countedStage, countsOf, day, importing, listed, statusesOf } from "./busy-stage.ts";

/** The busy times that are stored, in minutes. */
const busyOn = async (engine: Engine): Promise<readonly string[]> =>
  (await listed(engine))
    .filter(({ metadata }) => metadata.busy !== undefined)
    .map(({ start, end }) => [start, end].map((at) => (at.getTime() - minutes(0).getTime()) / 60_000).join("–"));

export const busyWindowCases: readonly ConformanceCase[] = [
  {
    key: "busy.window",
    title: "what a calendar has blocked before or after the time that an import tells about stays blocked",
    async run({ storage, second }) {
      const { engine, counts } = countedStage(storage);
      const slots = await publish(engine, 6);
      const early = { until: minutes(60) };
      const late = { from: minutes(120) };
      await importing(engine, [busy(60, 90), busy(120, 150)]);
      assert.deepEqual(countsOf(await importing(engine, [busy(0, 30)], early)), [1, 0, 0, 1, 0, 0]);
      assert.equal(await statusesOf(engine, slots), "blocked available blocked available blocked available");
      const { items } = await engine.findOpen({ from: minutes(-60), to: minutes(180) });
      assert.equal(items.length, 3);
      counts.commits = 0;
      assert.deepEqual(countsOf(await importing(engine, [busy(0, 30)], early)), [0, 1, 0, 0, 0, 0]);
      assert.deepEqual(countsOf(await importing(engine, [busy(120, 150)], late)), [0, 1, 0, 0, 0, 0]);
      assert.equal(counts.commits, 0);
      assert.deepEqual(countsOf(await importing(busyStage(second), [], early)), [0, 0, 1, 0, 1, 0]);
      assert.deepEqual(await busyOn(engine), ["60–90", "120–150"]);
      await assertSound(storage);
    },
  },
  {
    key: "busy.across-window",
    title: "of busy time across the beginning or the end of that time, only what lies within is over",
    async run({ storage }) {
      const { engine, counts } = countedStage(storage);
      const slots = await publish(engine, 6);
      await importing(engine, [busy(0, 180)]);
      const middle = { from: minutes(60), until: minutes(120) };
      assert.deepEqual(countsOf(await importing(engine, [busy(0, 90)], middle)), [2, 0, 1, 0, 1, 0]);
      assert.deepEqual(await busyOn(engine), ["0–90", "120–180"]);
      assert.equal(await statusesOf(engine, slots), "blocked blocked blocked available blocked blocked");
      assert.deepEqual(countsOf(await importing(engine, [], middle)), [1, 0, 1, 0, 1, 0]);
      assert.deepEqual(await busyOn(engine), ["0–60", "120–180"]);
      counts.commits = 0;
      assert.deepEqual(countsOf(await importing(engine, [], middle)), [0, 0, 0, 0, 0, 0]);
      assert.equal(counts.commits, 0);
      assert.deepEqual(countsOf(await importing(engine, [busy(30, 150)], middle)), [1, 0, 0, 2, 0, 0]);
      assert.deepEqual(countsOf(await importing(engine, [busy(0, 180)])), [1, 0, 3, 0, 0, 0]);
      // Once more: what is left has to get another id at the same time.
      assert.deepEqual(countsOf(await importing(engine, [], middle)), [2, 0, 1, 0, 2, 0]);
      assert.deepEqual(countsOf(await importing(engine, [])), [0, 0, 2, 0, 4, 0]);
      await assertSound(storage);
    },
  },
  {
    key: "busy.window-weeks",
    title: "in a time of several weeks that begins and ends within one, busy time outside stays",
    async run({ storage }) {
      const { engine, counts } = countedStage(storage);
      const weeks = { from: minutes(-60), until: minutes(40 * day) };
      await publish(engine);
      await importing(engine, [busy(0, 21 * day)], weeks);
      // Weeks begin on Thursday at midnight.
      const [first, second, third] = [3, 10, 17].map((days) => days * day - 9 * 60) as [number, number, number];
      const before = [`0–${first}`, `${first}–${second}`, `${second}–${third}`, `${third}–${21 * day}`];
      assert.deepEqual(await busyOn(engine), before);
      const within = { from: minutes(day), until: minutes(14 * day) };
      counts.commits = 0;
      assert.deepEqual(countsOf(await importing(engine, [busy(day, 14 * day)], within)), [0, 3, 0, 0, 0, 0]);
      assert.equal(counts.commits, 0);
      assert.deepEqual(countsOf(await importing(engine, [], within)).slice(0, 3), [2, 0, 3]);
      assert.deepEqual(await busyOn(engine), [`0–${day}`, `${14 * day}–${third}`, `${third}–${21 * day}`]);
      await assertSound(storage);
    },
  },
  {
    key: "busy.left-alone",
    title:
      "a slot that somebody has unblocked is left alone while its busy time becomes longer or shorter, or has partly passed",
    async run({ storage }) {
      const { engine, counts } = countedStage(storage);
      const [first, next] = await publish(engine, 3);
      assert.ok(first && next);
      // Two events that meet are one busy time.
      const events = [busy(-60, 0), busy(0, 60)];
      await importing(engine, events);
      await engine.unblock({ actor: provider, slotId: first.id });
      counts.commits = 0;
      for (const from of [-30, 0, 10]) {
        const ahead = events.filter(({ end }) => end > minutes(from));
        assert.deepEqual(countsOf(await importing(engine, ahead, { from: minutes(from) })), [0, 1, 0, 0, 0, 0]);
      }
      assert.equal(counts.commits, 0);
      const changes = [busy(0, 60), busy(0, 45), busy(10, 45), busy(-10, 90), busy(20, 60)];
      for (const one of changes) {
        await importing(engine, [one]);
        assert.equal(await statusesOf(engine, [first, next]), "available blocked", JSON.stringify(one));
      }
      assert.deepEqual(countsOf(await importing(engine, [])), [0, 0, 1, 0, 1, 0]);
      // What comes anew blocks it again.
      assert.deepEqual(countsOf(await importing(engine, [busy(0, 60)])), [1, 0, 0, 2, 0, 0]);
      await assertSound(storage);
    },
  },
];
