import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Lines } from '../state/series.ts';
import { formatCompact } from '../format/numbers.ts';
import { formatTick, type Zone } from '../format/times.ts';
import { h } from './dom.ts';
import { fitText } from './fit-text.ts';
import { colourOf, SeriesColours } from './palette.ts';

export interface LineChartOptions {
  format: string | null;
  zone(): Zone;
  /** The colour number of a series. */
  colour(name: string): number;
  isShown(name: string): boolean;
  /** The x under the cursor as an index, or null when there is none. */
  onCursor(index: number | null): void;
}

const axisFont = (): string => `12px ${getComputedStyle(document.body).fontFamily}`;

/** Lines drawn by uPlot: each series twice, solid where windows are closed and dashed where they are open. */
export class LineChart {
  readonly element = h('div', { class: 'line-canvas', 'aria-hidden': 'true' });
  readonly #options: LineChartOptions;
  readonly #observer: ResizeObserver;
  #plot: uPlot | null = null;
  #names = '';
  #lines: Lines | null = null;

  constructor(options: LineChartOptions) {
    this.#options = options;
    this.#observer = new ResizeObserver(() => {
      if (this.#plot) this.#plot.setSize(this.#size());
      else if (this.#lines) this.draw(this.#lines);
    });
    this.#observer.observe(this.element);
  }

  draw(lines: Lines): void {
    this.#lines = lines;
    if (this.element.clientWidth === 0 || this.element.clientHeight === 0) return;
    const names = JSON.stringify([lines.timed, lines.series.map((one) => one.name)]);
    const data = dataOf(lines);
    if (this.#plot === null || names !== this.#names) {
      this.#plot?.destroy();
      this.#names = names;
      this.#plot = new uPlot(this.#plotOptions(lines), data, this.element);
    } else this.#plot.setData(data);
    lines.series.forEach((one, index) => {
      for (const at of [1 + 2 * index, 2 + 2 * index]) {
        const show = this.#options.isShown(one.name);
        if (this.#plot!.series[at]!.show !== show) this.#plot!.setSeries(at, { show });
      }
    });
  }

  /** Moves the cursor to an x by its index, or takes it away. */
  moveCursor(index: number | null): void {
    const plot = this.#plot;
    if (!plot) return;
    if (index === null) plot.setCursor({ left: -10, top: -10 });
    else plot.setCursor({ left: plot.valToPos(plot.data[0][index]!, 'x'), top: plot.over.clientHeight / 2 });
  }

  close(): void {
    this.#observer.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  #size(): { width: number; height: number } {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  #plotOptions(lines: Lines): uPlot.Options {
    const { format, zone, colour, onCursor } = this.#options;
    const text = () => colourOf('--muted');
    const unit = lines.timed ? 1000 : 1;
    return {
      ...this.#size(),
      legend: { show: false },
      padding: [8, 26, 0, 0],
      tzDate: (seconds) => (zone() === 'utc' ? uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : new Date(seconds * 1000)),
      cursor: {
        y: false,
        move: (plot, left, top) => [left < 0 || plot.data[0].length === 0 ? left : plot.valToPos(plot.data[0][plot.posToIdx(left)]!, 'x'), top],
        drag: { x: false, y: false, setScale: false },
        points: { size: 7, width: 2 },
        ...(lines.timed ? { sync: { key: 'time', scales: ['x', null] as [string, null] } } : {}),
      },
      scales: { x: { time: lines.timed }, y: { range: (_, low, high) => rangeOf(low, high) } },
      axes: [
        {
          stroke: text, font: axisFont(), size: 44, gap: 4, lineGap: 1.3, space: 72,
          grid: { show: false },
          ticks: { stroke: () => colourOf('--line'), width: 1, size: 5 },
          ...(lines.timed ? { values: (_: uPlot, splits: number[], __: number, ___: number, increment: number) => splits.map((at, i) => formatTick(at * unit, i === 0 ? null : splits[i - 1]! * unit, increment * unit, zone())) } : {}),
        },
        {
          stroke: text, font: axisFont(), gap: 8, space: 44,
          size: (_, values) => Math.max(28, ...(values ?? []).map((value) => fitText.width(value, 12))) + 10,
          values: (_, splits) => splits.map((value) => formatCompact(value, format)),
          grid: { stroke: () => colourOf('--line'), width: 1 },
          ticks: { show: false },
        },
      ],
      series: [{}, ...lines.series.flatMap((one) => this.#seriesOptions(colour(one.name), lines.series.length === 1))],
      hooks: { setCursor: [(plot) => onCursor(plot.cursor.left !== undefined && plot.cursor.left >= 0 ? (plot.cursor.idx ?? null) : null)] },
    };
  }

  #seriesOptions(colour: number, alone: boolean): uPlot.Series[] {
    const stroke = () => colourOf(`--series-${colour % SeriesColours}`);
    const common: uPlot.Series = { stroke, width: 1.8, points: { show: true, size: 4, filter: lonely }, ...(alone ? { fill: () => `${stroke()}1c` } : {}) };
    return [common, { ...common, dash: [4, 4], ...(alone ? { fill: () => `${stroke()}0d` } : {}) }];
  }
}

/** Seconds for uPlot, and per series a closed and an open part that share one point. */
function dataOf(lines: Lines): uPlot.AlignedData {
  const xs = lines.timed ? lines.xs.map((x) => x / 1000) : lines.xs;
  return [xs, ...lines.series.flatMap(({ values }) => [
    values.map((value, index) => (index < lines.openFrom ? value : null)),
    values.map((value, index) => (index >= lines.openFrom - 1 && lines.openFrom < xs.length ? value : null)),
  ])];
}

/** Zero belongs to the picture unless all values are far from it. */
function rangeOf(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const near = low > 0 && (high - low) / high < 0.15 && high > low;
  const bottom = near ? low - (high - low) * 0.2 : Math.min(0, low);
  const top = Math.max(near ? high : Math.max(0, high), bottom + 1e-9);
  return [bottom, top + (top - bottom) * 0.08];
}

/** A point that has no neighbour cannot be seen as a line: it is drawn as a dot. */
function lonely(plot: uPlot, series: number): number[] {
  const values = plot.data[series] as (number | null)[];
  return values.flatMap((value, i) => (value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : []));
}
