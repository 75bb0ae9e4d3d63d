import { isTimestamp } from '../format/types.ts';
import { milliseconds } from '../format/times.ts';
import type { Row } from '../api/types.ts';
import type { RowStore } from './rows.ts';

/** The column that says which window a row belongs to: the one asked for, `window_start`, or a timestamp of the key. -1 where none is. */
export function windowColumn(store: RowStore, asked: string | null = null): number {
  for (const name of [asked, 'window_start', ...store.key]) {
    const index = store.indexOf(name);
    if (index >= 0 && isTimestamp(store.columns[index]!.type)) return index;
  }
  return -1;
}

/** The distance between windows: the smallest gap between distinct times in ascending order, or null with fewer than two. */
export function stepOf(times: readonly number[]): number | null {
  let step = Infinity;
  for (let i = 1; i < times.length; i++) step = Math.min(step, times[i]! - times[i - 1]!);
  return Number.isFinite(step) && step > 0 ? step : null;
}

/** Distinct times of the rows in ascending order, in milliseconds. */
export function timesOf(store: RowStore, column: number): number[] {
  const times = new Set<number>();
  for (const row of store.rows()) {
    const time = milliseconds(row[column] ?? null);
    if (time !== null) times.add(time);
  }
  return [...times].sort((a, b) => a - b);
}

/** The end of the window of a row: its `window_end` if the view selects it, otherwise its start plus the step. */
export function endOf(store: RowStore, row: Row, start: number, step: number | null): number {
  const column = store.indexOf('window_end');
  return (column >= 0 ? milliseconds(row[column]) : null) ?? start + (step ?? 0);
}

/**
 * The start of the newest window that is whole but for what is still to come: of windows that overlap the one that ends next, as those after it have
 * only begun. Null where there is none.
 */
export function newestWindow(store: RowStore, column: number, times: readonly number[]): number | null {
  const last = times.at(-1);
  if (last === undefined) return null;
  const step = stepOf(times) ?? 0;
  const row = store.rows().find((one) => milliseconds(one[column]) === last)!;
  const behind = endOf(store, row, last, step) - (last + step);
  return behind > 0 && times[0]! <= last - behind ? last - behind : last;
}

/** Whether a window may still change. Without a watermark nothing is known to be closed. */
export function isOpen(end: number, watermark: string | null): boolean {
  const closed = milliseconds(watermark);
  return closed === null || end > closed;
}
