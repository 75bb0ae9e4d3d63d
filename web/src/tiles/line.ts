import { formatNumber, formatOf } from '../format/numbers.ts';
import { formatWindow } from '../format/times.ts';
import { pick } from '../state/pick.ts';
import { linesOf, type Lines } from '../state/series.ts';
import { windowColumn } from '../state/windows.ts';
import { announce } from '../ui/announce.ts';
import { h } from '../ui/dom.ts';
import { legend } from '../ui/legend.ts';
import { LineChart } from '../ui/line-chart.ts';
import { SeriesColours } from '../ui/palette.ts';
import type { TileFactory } from './tile.ts';

/** Values over time, one line for each series; windows that may still change are dashed. */
export const line: TileFactory = (tile, app) => {
  const store = app.live.store(tile.view!);
  const yName = tile.y ?? tile.value;
  const xColumn = () => (tile.x === null ? windowColumn(store) : store.indexOf(tile.x));
  const colours = new Map<string, number>();
  const hiddenNames = new Set<string>();
  let lines: Lines = { xs: [], timed: true, step: null, openFrom: 0, series: [], hidden: 0 };
  let cursor: number | null = null;

  const colour = (name: string): number => {
    if (!colours.has(name)) colours.set(name, colours.size);
    return colours.get(name)!;
  };
  const keys = legend((name) => {
    if (!hiddenNames.delete(name)) hiddenNames.add(name);
    chart.draw(lines);
    drawLegend();
  });
  const chart = new LineChart({
    format: tile.format,
    zone: () => app.settings.zone,
    colour,
    isShown: (name) => !hiddenNames.has(name),
    onCursor(index) {
      if (cursor === index) return;
      cursor = index;
      drawLegend();
    },
  });
  const element = h('div', { class: 'line', tabindex: 0, role: 'group', 'aria-roledescription': 'line chart', 'aria-label': `${tile.title}. Arrow keys read the values.`, onkeydown: onKey }, keys.element, chart.element);

  /** The x that the legend speaks of: under the cursor, otherwise the newest. */
  const place = (): number => Math.min(cursor ?? lines.xs.length - 1, lines.xs.length - 1);
  const valueText = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : formatNumber(value, formatOf(tile.format, store.columns[store.indexOf(yName)]?.type)));
  const placeText = (): string => {
    const x = lines.xs[place()];
    if (x === undefined) return '';
    return (lines.timed ? formatWindow(x, lines.step, app.settings.zone) : formatNumber(x)) + (place() >= lines.openFrom ? ', so far' : '');
  };

  function drawLegend(): void {
    const entries = lines.series.map(({ name, values }) => ({ name, colour: colour(name), shown: !hiddenNames.has(name), text: valueText(values[place()]) }));
    keys.draw(placeText(), entries, lines.hidden);
  }

  function onKey(event: KeyboardEvent): void {
    const last = lines.xs.length - 1;
    const next: Record<string, number | null> = { ArrowLeft: Math.max(0, place() - 1), ArrowRight: Math.min(last, place() + 1), Home: 0, End: last, Escape: null };
    if (event.target !== element || !(event.key in next)) return;
    event.preventDefault();
    chart.moveCursor(next[event.key]!);
    const values = lines.series.filter(({ name }) => !hiddenNames.has(name)).map(({ name, values: all }) => `${name} ${valueText(all[place()])}`);
    announce(`${placeText()}: ${values.join(', ')}`);
  }

  return {
    element,
    topics: [`view:${tile.view!}`],
    isEmpty: () => store.size === 0,
    draw() {
      lines = linesOf(store, { x: xColumn(), y: store.indexOf(yName), series: store.indexOf(tile.series) }, yName ?? tile.title, SeriesColours);
      chart.draw(lines);
      drawLegend();
    },
    table: () => ({ ...pick(store, store.rows(), [xColumn(), store.indexOf(tile.series), store.indexOf(yName)]), order: 0 }),
    close: () => chart.close(),
  };
};
