import { dataSetOf } from "../scale/data-set.ts";
import { postgresSite } from "../scale/stores/postgres.ts";
import type { ClustersResult, TableSize } from "./result.ts";

/** With its part of TOAST, the maps, and all of its indexes. */
const sizesOf = `select json_agg(json_build_object('table', substr(relname, 12), 'rows', reltuples::bigint,
    'bytes', pg_table_size(oid), 'indexBytes', pg_indexes_size(oid)) order by pg_total_relation_size(oid) desc) as sizes
  from pg_class where relkind = 'r' and relname like 'slotwright\\_%' and reltuples >= 1000`;

interface Measured {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly indexBytes: number;
}

/** What rows take in the tables of the scale benchmark, on PostgreSQL. Null if it cannot be had here. */
export async function measureSizes(slots: number): Promise<ClustersResult["sizes"]> {
  const site = await postgresSite();
  if (site === undefined) return null;
  try {
    const store = await site.fill(dataSetOf(slots));
    const { sizes } = (await store.row(sizesOf)) as { readonly sizes: readonly Measured[] };
    return { version: site.facts.version, slots: store.data.slots, tables: sizes.map(sizeOf) };
  } finally {
    await site.close();
  }
}

function sizeOf({ table, rows, bytes, indexBytes }: Measured): TableSize {
  return {
    table,
    rows,
    bytesPerRow: Math.round(bytes / rows),
    indexBytesPerRow: Math.round(indexBytes / rows),
  };
}
