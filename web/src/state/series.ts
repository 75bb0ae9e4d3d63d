import type { Row } from '../api/types.ts';
import { toNumber } from '../format/numbers.ts';
import { milliseconds } from '../format/times.ts';
import { isTimestamp } from '../format/types.ts';
import type { RowStore } from './rows.ts';
import { endOf, isOpen, stepOf } from './windows.ts';

export interface Series {
  name: string;
  /** One value for each x; null where the series has no row. */
  values: (number | null)[];
}

/** Rows of a view turned into lines over one x axis. */
export interface Lines {
  /** Milliseconds for times, plain numbers otherwise; ascending. */
  xs: number[];
  timed: boolean;
  step: number | null;
  /** The first x whose window is still open; the length of xs where all are closed. */
  openFrom: number;
  series: Series[];
  /** Series that were left out because they are smaller than those shown. */
  hidden: number;
}

export interface LineColumns {
  x: number;
  y: number;
  series: number;
}

/** Aligns the rows on one axis; the largest `most` series by total are kept. A missing window leaves a gap, never a zero. */
export function linesOf(store: RowStore, columns: LineColumns, name: string, most: number): Lines {
  const timed = isTimestamp(store.columns[columns.x]?.type ?? '');
  const xOf = (row: Row): number | null => (timed ? milliseconds(row[columns.x]) : toNumber(row[columns.x]));
  const rows = store.rows().filter((row) => xOf(row) !== null);

  const found = [...new Set(rows.map((row) => xOf(row)!))].sort((a, b) => a - b);
  const step = stepOf(found);
  const xs = timed ? withGaps(found, step) : found;
  const place = new Map(xs.map((x, index) => [x, index]));

  const byName = new Map<string, Series & { total: number }>();
  const ends = new Map<number, number>();
  for (const row of rows) {
    const x = xOf(row)!;
    const key = columns.series < 0 ? name : String(row[columns.series] ?? 'NULL');
    let series = byName.get(key);
    if (!series) byName.set(key, (series = { name: key, values: new Array<number | null>(xs.length).fill(null), total: 0 }));
    const value = toNumber(row[columns.y]);
    series.values[place.get(x)!] = value;
    series.total += Math.abs(value ?? 0);
    if (timed) ends.set(x, endOf(store, row, x, step));
  }

  const sorted = [...byName.values()].sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
  const open = timed ? xs.findIndex((x) => isOpen(ends.get(x) ?? x + (step ?? 0), store.watermark)) : -1;
  return {
    xs,
    timed,
    step,
    openFrom: open < 0 ? xs.length : open,
    series: sorted.slice(0, most).map(({ name: key, values }) => ({ name: key, values })),
    hidden: Math.max(0, sorted.length - most),
  };
}

/** Puts an empty x into every hole, so that a line breaks there. */
function withGaps(xs: readonly number[], step: number | null): number[] {
  if (step === null) return [...xs];
  return xs.flatMap((x, index) => (index > 0 && x - xs[index - 1]! > step * 1.5 ? [xs[index - 1]! + step, x] : [x]));
}
