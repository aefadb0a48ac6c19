import assert from "node:assert/strict";
import type { Engine, StorageAdapter } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { assertSound, engineOn, manualClock, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { badCommands } from "./bad-input-commands.ts";
import { type BadInput, stageOn } from "./bad-input-stage.ts";
import { badValues } from "./bad-input-values.ts";

/** Everything stored, as one comparable value. */
async function contents(engine: Engine): Promise<unknown> {
  return [await engine.listSlots({ limit: 500 }), await engine.listAppointments({ limit: 500 })];
}

const badInputs: readonly BadInput[] = [...badValues, ...badCommands];

export const badInputCases: readonly ConformanceCase[] = [
  {
    key: "bad-input.typed-and-traceless",
    title: "every bad input gets its typed error, says what is wrong, and leaves nothing behind",
    async run({ storage }) {
      const stage = await stageOn(engineOn(storage));
      for (const { name, code, says, command } of badInputs) {
        const isTwoSteps = name === "a cancelled appointment accepted";
        const before = await contents(stage.engine);
        const { message } = await refusal(command(stage), code);
        assert.match(message, says, name);
        if (!isTwoSteps) assert.deepEqual(await contents(stage.engine), before, name);
      }
      await assertSound(storage);
    },
  },
  {
    key: "bad-input.same-as-reference",
    title: "every bad input gets the same code, message and details as on the reference adapter",
    async run({ storage }) {
      const answersOn = async (one: StorageAdapter) => {
        let made = 0;
        const newId = () => `id-${made++}`;
        const stage = await stageOn(engineOn(one, { clock: manualClock(), newId }));
        const answers: unknown[] = [];
        for (const { name, code, command } of badInputs) {
          const { message, details } = await refusal(command(stage), code);
          answers.push([name, code, message, details]);
        }
        return [answers, await contents(stage.engine)];
      };
      assert.deepEqual(await answersOn(storage), await answersOn(memoryAdapter()));
    },
  },
];
