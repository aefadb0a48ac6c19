import { openSql, plainSql } from "../contenders/plain-tables.ts";

/** Who takes part, and what they do. */
export const explanation = `## What is compared

Each contender has a database of its own on the same server, with the same data. It has as many connections as callers, up to
a limit that is the same for all. Each connection prepares its statements once (Kysely prepares none). The contenders take
turns in each round.

- \`slotwright\`: the engine with its default options: journal, commands, all guards, coalesced. It published the slots
  itself a moment ago and remembers them, as it does when it lists slots for a screen. A booking therefore needs no read of
  its own ([operations.md](operations.md#what-an-engine-remembers)).
- \`slotwright-unseen\`: the same engine without remembered slots, as when another process listed them. Each booking reads
  its slot first.
- \`slotwright-policies\`: the same as \`slotwright-unseen\` with six supplied policies, each booking for another subject. What lies
  around the slot is read along with it, and the agendas of provider and subject are written.
- \`lock-row\`: the transaction that most applications write, by the driver: BEGIN, SELECT … FOR UPDATE, INSERT of the
  appointment, UPDATE of the slot, INSERT into an audit table, COMMIT. It uses plain tables, with keys but no other guards,
  and no idempotency. On SQLite it uses BEGIN IMMEDIATE, and one transaction per booking on one connection.
- \`lock-row-kysely\`: the same with Kysely.
- \`check-then-insert\`: the same without the lock. It books slots twice. On SQLite it waits for one turn of the event
  loop between check and transaction, as if it called another service in between.
- \`floor\`: the same statements that the engine sends for one command, on the same tables with the same guards, sent by
  the driver alone with different ids and times. A booking writes, and reads only if the write reports that the slot has
  changed. On SQLite it reads first, which takes some microseconds. Nothing is parsed, decided or decoded, and each caller
  sends separately. If several callers coalesce, Slotwright exceeds the floor.
- \`pgbench\`: the lock-row transaction as a pgbench script, with as many clients as the others have connections.

What they do:

- \`own-slots\`: each caller books a different free slot. Those of the same moment are of one provider, or of two.
- \`spread-slots\`: the same, with the slots of 200 providers in turn.
- \`hot-slot\`: 64 callers want the same slot, then the next one. A refusal is an answer.
- \`taken\`: callers ask for slots that this process has given away. All are refused.
- \`search\`: the first 100 free slots of 50 providers in one week, with all that is stored of them (\`listSlots\`).
- \`search-week\`: the same with what a screen shows of them (\`findOpen\`).
- \`search-open\`: what a screen shows of the first 100 free slots of 50 providers from a time on, without an end.
- \`live-search\`: the search of \`search-week\` by live slots (\`engine.follow\`), which hold all 20 000 slots in memory;
  \`bench:live\` measures a million. The others ask the database, as in \`search-week\`.
- \`history\`: what happened to one slot.
- \`publish\`: each call publishes a thousand slots for a provider. Rates count slots, and latencies are those of calls.
- \`feed\`: readers wait while a thousand entries are written (50 if there are a thousand readers), and are then given them,
  which alone is timed. All readers are in one process; callers are readers here. Rates count entries, once for each reader.
  Latencies tell how long each reader took. Slotwright's readers subscribe; \`lock-row\` has each of them poll.
- \`news\`: the time from the answer to a booking until a reader in the same process has its entry. Slotwright's reader
  subscribes, and that of \`lock-row\` polls once a second. Five hundred bookings are spread over a second, so that they come
  at every moment of the poll; 64 callers begin eight of them at a time. Rates count bookings.
- \`news-elsewhere\`: the same with the reader in another process, and a poll of 1 s for both, which is Slotwright's default.
- \`news-elsewhere-100ms\`: the same with a poll of 100 ms.

A round has as many answers as fit into its time, and at least one for each caller. If it has fewer than a hundred, its p99 is the
slowest of them, and with fewer than twenty its p95 is, too. In rounds of 0.3 s, that is so of \`publish\` on every engine, which
has about one call with one caller on MySQL and MariaDB and one for each of 16 callers, of searches on MySQL and MariaDB, and of
some with one caller on PostgreSQL.

A caller asks again as soon as it has its answer. Latency counts from the previous answer, and so includes waiting for one's
turn. Errors are answers that were neither yes nor no, slots booked twice, bookings that were acknowledged but not found in the
database afterwards, and bookings of which no news came. If a round trip is added, a proxy on the same machine delays the
messages between callers and server, half of it each way.

### The plain select

What \`lock-row\` sends for \`search-week\` and \`live-search\` is the select that an application would write:

\`\`\`sql
${openSql("= ANY (?)", true)}
\`\`\`

\`search-open\` is the same without \`start_at < ?\`. MySQL and MariaDB take \`IN (?, ?, …)\` with a placeholder for
each provider, SQLite \`IN (SELECT value FROM json_each(?))\`. Six columns are read; plain tables have a \`status\`
where Slotwright has a \`version\`. The index is the one that serves it, on \`(provider_id, start_at)\`, and the table
has no wider columns and no other index than its key. It is prepared once by each connection. The pool has a connection
for each caller, up to the limit that the chapter of the engine names, and so has Slotwright's. A hundred providers have
40 free slots in each of five weeks, and 50 of them are asked for. The row beyond the page tells whether there is a next
one; Slotwright reads it too, and counts the seats of groups.

### The plain poll

What a reader of \`lock-row\` sends is what applications write:

\`\`\`sql
${plainSql.auditAfter}
\`\`\`

The index is the primary key, which the database numbers. The reader asks again at once if it was given rows, and otherwise
when the next poll is due. **It loses entries.** A row gets its id when it is inserted, and can be seen when its transaction
commits. Once a reader has seen a later id, it never asks for an earlier one that was committed after it. SQLite, with one
writer at a time, loses nothing. [How the feed stays in order](feed.md#how-it-stays-in-order) says what Slotwright reads
instead.`;
