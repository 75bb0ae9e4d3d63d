import type { Dashboard, PipelineNode, Tile } from '../api/types.ts';
import { formatCount, formatRate, formatShare } from '../format/numbers.ts';
import { formatLag, formatMoment, isEnd, isMeaningfulLag, milliseconds, type Zone } from '../format/times.ts';
import { packRows } from '../state/pack.ts';
import { frame } from '../tiles/frame.ts';
import type { App } from '../ui/app.ts';
import { h, setText } from '../ui/dom.ts';
import type { View } from './view.ts';

const WideFrom = 1040;
const NarrowBelow = 600;

/** The tiles of one dashboard in a grid without holes. */
export function dashboardView(dashboard: Dashboard, app: App): View {
  const frames = dashboard.tiles.map((tile) => frame(tile, app));
  const grid = h('div', { class: 'grid' }, ...frames.map((one) => one.element));
  const facts = h('p', { class: 'facts' });
  const hint = h('p', { class: 'hint' }, 'Made from the views of the file. A ', h('code', {}, 'CREATE DASHBOARD'), ' in it takes this one’s place.');
  const element = h('div', { class: 'view' }, h('div', { class: 'view-head' }, h('h1', { tabindex: -1 }, dashboard.title), facts), dashboard.generated && hint, grid);

  const place = () => {
    const width = element.clientWidth;
    const columns = width >= WideFrom ? 4 : 2;
    const spans = packRows(dashboard.tiles.map((tile) => widthOf(tile, columns, width < NarrowBelow)), columns);
    frames.forEach((one, index) => one.element.style.setProperty('--span', String(spans[index])));
  };
  const observer = new ResizeObserver(place);
  observer.observe(element);
  queueMicrotask(place); // once it is in the document and before it is painted, so that nothing jumps

  const stop = app.live.on(['pipeline', 'settings'], () => setText(facts, factsOf(app)));
  return {
    element,
    title: dashboard.title,
    follows: dashboard.tiles.flatMap((tile) => (tile.kind === 'quality' || tile.view === null ? [] : [tile.view])),
    close() {
      stop();
      observer.disconnect();
      frames.forEach((one) => one.close());
    },
  };
}

/** On a phone only kpis stand side by side; on a tablet charts keep a half. */
function widthOf(tile: Tile, columns: number, narrow: boolean): number {
  if (tile.kind === 'kpi') return tile.width;
  if (narrow) return 2;
  return columns === 4 && tile.kind === 'pipeline' ? Math.max(2, tile.width) : tile.width;
}

/** One line on how the data stands: event time, its distance from now, the flow. */
function factsOf(app: App): string {
  const pipeline = app.live.pipeline;
  if (!pipeline) return '';
  const sources = pipeline.nodes.filter((node) => node.kind === 'source');
  const times = sources.map((node) => milliseconds(node.watermark)).filter((time) => time !== null);
  const lags = sources.map((node) => node.lagMs).filter(isMeaningfulLag);
  const rate = sources.reduce((sum, node) => sum + node.rowsPerSecond, 0);
  const rows = sources.reduce((sum, node) => sum + node.rowsIn, 0);
  return [
    pipeline.state === 'finished' ? 'all data read' : times.length > 0 && completeness(Math.min(...times), app.settings.zone),
    pipeline.state === 'running' && progressOf(sources),
    lags.length > 0 && pipeline.state === 'running' && `${formatLag(Math.max(...lags))} behind now`,
    `${formatCount(rows)} rows`,
    pipeline.state === 'running' && `${formatRate(rate)} rows/s`,
  ].filter(Boolean).join('  ·  ');
}

const completeness = (watermark: number, zone: Zone): string => (isEnd(watermark) ? 'all data read' : `complete up to ${formatMoment(watermark, zone)}`);

/** How much of a bounded input has been read, while it is being read. */
function progressOf(sources: readonly PipelineNode[]): string | false {
  const bounded = sources.filter((node) => node.totalBytes !== null);
  const total = bounded.reduce((sum, node) => sum + node.totalBytes!, 0);
  const read = bounded.reduce((sum, node) => sum + Math.min(node.bytesIn, node.totalBytes!), 0);
  return total > 0 && read < total && `${formatShare(read, total)} read`;
}
