import type { Column, Row } from '../api/types.ts';
import type { RowStore } from './rows.ts';

/** Whether a column is one that somebody selected; the engine's own key columns begin with `$`. */
export const isShown = (column: string): boolean => !column.startsWith('$');

/** Some columns of some rows, for a table that says what a chart says; an index below 0 or named twice is left out. */
export function pick(store: RowStore, rows: readonly Row[], indexes: readonly number[]): { columns: Column[]; rows: Row[] } {
  const kept = [...new Set(indexes)].filter((index) => index >= 0);
  return {
    columns: kept.map((index) => store.columns[index]!),
    rows: rows.map((row) => kept.map((index) => row[index] ?? null)),
  };
}

/** All columns that are shown. */
export const shownColumns = (store: RowStore): number[] => store.columns.flatMap((column, index) => (isShown(column.name) ? [index] : []));
