import type { Column, Pipeline } from '../api/types.ts';
import type { TableData } from '../ui/data-table.ts';
import { KindNames } from './nodes.ts';

const Columns: Column[] = [
  { name: 'node', type: 'TEXT' }, { name: 'kind', type: 'TEXT' }, { name: 'from', type: 'TEXT' },
  { name: 'rows_per_second', type: 'DOUBLE' }, { name: 'rows_in', type: 'BIGINT' }, { name: 'rows_out', type: 'BIGINT' },
  { name: 'watermark', type: 'TIMESTAMP' }, { name: 'lag_ms', type: 'BIGINT' }, { name: 'late', type: 'BIGINT' }, { name: 'errors', type: 'BIGINT' },
];

/** The graph as a table: one row a node, in the order of the file. */
export const nodeTable = (pipeline: Pipeline | null): TableData => ({
  columns: Columns,
  rows: (pipeline?.nodes ?? []).map((node) =>
    [node.label, KindNames[node.kind], node.inputs.join(', ') || null, Math.round(node.rowsPerSecond * 10) / 10, node.rowsIn, node.rowsOut, node.watermark, node.lagMs, node.late, node.errors]),
  order: -1,
});
