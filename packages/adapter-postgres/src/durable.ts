const durable = `pg_catalog.set_config('synchronous_commit',
    case when pg_catalog.current_setting('synchronous_commit') = 'remote_apply' then 'remote_apply' else 'on' end, true)`;

/** Always true. A session that is set to hear of errors only would not be told that a wait for standbys was cancelled. */
export const warned = `case pg_catalog.current_setting('client_min_messages')
  when 'error' then pg_catalog.set_config('client_min_messages', 'warning', true) else '' end is not null`;

/** One statement is one transaction, and the settings end with it. */
export const durableSoon = `with bounded as materialized (select pg_catalog.set_config('lock_timeout', '1000', true),
  ${durable} where ${warned})
`;

/**
 * Reads the same, and writes a message in the log of the server: the only thing that anybody may commit that needs no
 * table. Its commit waits until standbys have what was read. A commit that has written nothing waits for nobody.
 */
export const confirming = (sql: string): string => `with confirmed as materialized (
  select ${durable}, pg_catalog.pg_logical_emit_message(true, 'slotwright', 'confirmed'::text)
  where pg_catalog.current_setting('synchronous_standby_names') <> '' and not pg_catalog.pg_is_in_recovery()
    and ${warned}
)
select r.* from (${sql}) as r cross join (select pg_catalog.count(*) from confirmed) as c`;
