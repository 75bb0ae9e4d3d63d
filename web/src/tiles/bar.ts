import type { Row } from '../api/types.ts';
import { formatNumber, formatOf, toNumber } from '../format/numbers.ts';
import { formatWindow, milliseconds } from '../format/times.ts';
import { isShown, pick } from '../state/pick.ts';
import { endOf, isOpen, newestWindow, stepOf, timesOf, windowColumn } from '../state/windows.ts';
import { barList, type Bar } from '../ui/bar-list.ts';
import type { TileFactory } from './tile.ts';

const DefaultTop = 12;

/** The rows of the newest window as bars, the largest first. */
export const bar: TileFactory = (tile, app) => {
  const store = app.live.store(tile.view!);
  const list = barList(tile.title);
  const time = () => windowColumn(store);

  const newest = (): { rows: Row[]; start: number | null; step: number | null } => {
    const column = time();
    if (column < 0) return { rows: store.rows(), start: null, step: null };
    const times = timesOf(store, column);
    const start = newestWindow(store, column, times);
    return { rows: store.rows().filter((row) => milliseconds(row[column]) === start), start, step: stepOf(times) };
  };

  /** A row is named by the x column and, where the key has more than that and the window, by the rest of it. */
  const nameColumns = (): number[] => {
    const rest = store.key.filter((name) => name !== tile.x && isShown(name) && name !== 'window_end' && store.indexOf(name) !== time());
    return [tile.x, ...rest].map((name) => store.indexOf(name));
  };
  const nameOf = (row: Row): string => nameColumns().map((index) => row[index] ?? 'NULL').join(' · ');

  const bars = (): Bar[] => {
    const value = store.indexOf(tile.y ?? tile.value);
    const format = formatOf(tile.format, store.columns[value]?.type);
    const all = newest().rows.map((row) => ({ name: nameOf(row), value: toNumber(row[value]) ?? 0 }));
    const sorted = all.sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
    return sorted.slice(0, tile.top ?? DefaultTop).map((one) => ({ ...one, text: formatNumber(one.value, format) }));
  };

  return {
    element: list.element,
    topics: [`view:${tile.view!}`],
    isEmpty: () => store.size === 0,
    note() {
      const { rows, start, step } = newest();
      if (start === null || rows.length === 0) return '';
      const end = endOf(store, rows[0]!, start, step);
      const open = isOpen(end, store.watermark);
      return formatWindow(start, end > start ? end - start : null, app.settings.zone) + (open ? ', so far' : '');
    },
    draw: () => list.draw(bars()),
    table() {
      const data = pick(store, newest().rows, [...nameColumns(), store.indexOf(tile.y ?? tile.value)]);
      return { ...data, order: data.columns.length - 1 };
    },
    close: () => list.close(),
  };
};
