import type { Row } from '../api/types.ts';
import { compare, type Change } from '../format/change.ts';
import { formatHeadline, formatOf, toNumber } from '../format/numbers.ts';
import { formatWindow, milliseconds, periodName } from '../format/times.ts';
import { pick } from '../state/pick.ts';
import { endOf, isOpen, stepOf, windowColumn } from '../state/windows.ts';
import { h, setText } from '../ui/dom.ts';
import { sparkline } from '../ui/sparkline.ts';
import type { TileFactory } from './tile.ts';

const SparkPoints = 48;

interface Point {
  time: number;
  value: number | null;
  row: Row;
}

const Arrows: Record<Change['direction'], string> = { up: '▲', down: '▼', same: '■', unknown: '' };

/** One number: the newest row of a view, what it was before, and the way between. */
export const kpi: TileFactory = (tile, app) => {
  const store = app.live.store(tile.view!);
  const number = h('p', { class: 'kpi-number' });
  const arrow = h('span', { class: 'kpi-arrow', 'aria-hidden': 'true' });
  const amount = h('span', { class: 'kpi-amount' });
  const words = h('span', { class: 'kpi-words' });
  const change = h('p', { class: 'kpi-change' }, h('span', { class: 'kpi-chip' }, arrow, amount), words);
  const spark = sparkline();
  const element = h('div', { class: 'kpi' }, number, change, spark.element);

  const points = (): Point[] => {
    const value = valueColumn();
    const time = windowColumn(store, tile.x);
    const all = store.rows().map((row) => ({ time: milliseconds(row[time]) ?? 0, value: toNumber(row[value]), row }));
    return all.sort((a, b) => a.time - b.time);
  };
  const valueColumn = () => store.indexOf(tile.value ?? tile.y);
  const stepBetween = (all: readonly Point[]) => stepOf(all.map((point) => point.time));

  return {
    element,
    topics: [`view:${tile.view!}`],
    isEmpty: () => store.size === 0,
    note() {
      const all = points();
      if (windowColumn(store, tile.x) < 0) return '';
      return formatWindow(all.at(-1)!.time, stepBetween(all), app.settings.zone);
    },
    draw() {
      const all = points();
      const newest = all.at(-1)!;
      const before = all.at(-2);
      const step = stepBetween(all);
      const timed = windowColumn(store, tile.x) >= 0;
      const open = timed && isOpen(endOf(store, newest.row, newest.time, step), store.watermark);
      setText(number, newest.value === null ? '–' : formatHeadline(newest.value, formatOf(tile.format, store.columns[valueColumn()]?.type)));

      const difference = compare(newest.value, before?.value ?? null, periodName(step), open, tile.format);
      change.hidden = !timed;
      change.dataset['direction'] = open ? 'open' : difference.direction;
      setText(arrow, Arrows[difference.direction]);
      setText(amount, difference.amount);
      setText(words, difference.words);
      spark.draw(timed ? all.slice(-SparkPoints).map((point) => point.value) : [], open);
    },
    table: () => ({ ...pick(store, store.rows(), [windowColumn(store, tile.x), valueColumn()]), order: 0 }),
  };
};
