import { createEngine } from "@slotwright/core";
import { slotIdOf } from "./data-set.ts";
import type { Store } from "./stores/store.ts";
import { createDraw } from "./workloads.ts";

const counts = `select
  (select count(*) from slotwright_schedules) as schedules,
  (select count(*) from slotwright_slots) as slots,
  (select count(*) from slotwright_slots where status = 'booked') as booked,
  (select count(*) from slotwright_appointments) as appointments,
  (select count(*) from slotwright_commands) as commands,
  (select count(*) from slotwright_journal) as journal,
  (select count(*) from (
    select start_at < lag(end_at) over (partition by schedule_id, seat order by start_at) as is_over from slotwright_slots
  ) as neighbours where is_over) as overlapping,
  (select count(*) from slotwright_appointments as a, slotwright_slots as s
    where s.appointment_id = a.id and a.slot_ids = '["' || s.id || '"]' and a.start_at = s.start_at and a.end_at = s.end_at
      and a.provider_id = s.provider_id and a.provider_ids = '["' || s.provider_id || '"]' and a.facility_id = s.facility_id) as agreed`;

const slotsLookedAt = 100;

/**
 * Whether the loaded tables are what the library would have left. Counts all rows, and asks the library itself about
 * some. @throws Error that says what is wrong
 */
export async function checkLoaded(store: Store): Promise<void> {
  const { slots, providers, appointments, publications } = store.data;
  const found = await store.row(counts);
  const expected = {
    ...{ schedules: providers, slots, booked: appointments, appointments },
    ...{
      commands: publications + appointments,
      journal: slots + 2 * appointments,
      overlapping: 0,
      agreed: appointments,
    },
  };
  for (const [name, count] of Object.entries(expected)) {
    if (Number(found[name]) !== count) throw new Error(`${count} ${name} were expected, and ${found[name]} are there.`);
  }
  const engine = createEngine({ storage: store.storage() });
  const draw = createDraw(slots);
  for (let look = 0; look < slotsLookedAt; look += 1) {
    const { inSync, faults } = await engine.checkSync(slotIdOf(draw(slots)));
    if (!inSync) throw new Error(`A loaded slot is not sound: ${JSON.stringify(faults)}`);
  }
}
