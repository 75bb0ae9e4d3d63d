import type { Pipeline, PipelineNode } from '../api/types.ts';
import { formatBytes, formatCount, formatRate, formatShare } from '../format/numbers.ts';
import { formatLag, formatMoment, isEnd, milliseconds, type Zone } from '../format/times.ts';
import type { Direction } from '../graph/geometry.ts';
import { graph } from '../graph/graph.ts';
import { KindNames } from '../graph/nodes.ts';
import { nodeTable } from '../graph/table.ts';
import type { App } from '../ui/app.ts';
import { DataTable } from '../ui/data-table.ts';
import { h, keyed, setText } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { tableToggle } from '../ui/table-toggle.ts';
import type { View } from './view.ts';

/** Below this scale the text of a node is too small to read; the picture scrolls instead. */
const LeastScale = 0.72;

/** The graph of the pipeline; a click on a node shows all its figures. */
export function pipelineView(app: App): View {
  let selected: string | null = null;
  const select = (id: string | null) => {
    selected = id === selected ? null : id;
    draw();
  };
  const picture = graph('Pipeline', select);
  const scroll = h('div', { class: 'graph-scroll' }, picture.element);
  const details = detailsPanel(() => select(selected));
  const table = new DataTable('Nodes of the pipeline');
  const toggle = tableToggle('Pipeline', () => draw());
  const facts = h('p', { class: 'facts' });
  const element = h('div', { class: 'view view-pipeline' },
    h('div', { class: 'view-head' }, h('h1', { tabindex: -1 }, 'Pipeline'), facts, toggle.element),
    h('div', { class: 'graph-and-details' }, scroll, details.element), table.element);

  const draw = () => {
    const pipeline = app.live.pipeline;
    if (!pipeline) return;
    const node = pipeline.nodes.find((one) => one.id === selected) ?? null;
    details.draw(toggle.on ? null : node, app.settings.zone);
    setText(facts, factsOf(pipeline));
    table.element.hidden = !toggle.on;
    scroll.hidden = toggle.on;
    if (toggle.on) table.update(nodeTable(pipeline), app.settings.zone);
    else fit(pipeline);
  };

  /** Runs to the right where that is readable, downwards on a narrow screen where that fits. */
  const fit = (pipeline: Pipeline) => {
    const room = scroll.clientWidth;
    if (room === 0) return;
    let direction: Direction = 'right';
    let size = picture.draw(pipeline, direction, selected);
    if (room / size.width < LeastScale) {
      direction = 'down';
      size = picture.draw(pipeline, direction, selected);
      if (room / size.width < LeastScale) size = picture.draw(pipeline, 'right', selected);
    }
    const scale = Math.max(LeastScale, Math.min(1.1, room / size.width));
    picture.element.style.width = `${size.width * scale}px`;
    picture.element.style.height = `${size.height * scale}px`;
  };

  const observer = new ResizeObserver(draw);
  observer.observe(scroll);
  const stop = app.live.on(['pipeline', 'settings'], draw);
  draw();
  return {
    element,
    title: 'Pipeline',
    follows: [],
    close() {
      stop();
      observer.disconnect();
    },
  };
}

function detailsPanel(onClose: () => void) {
  const title = h('h2');
  const list = h('dl', { class: 'details-list' });
  const close = h('button', { type: 'button', class: 'icon-button quiet', 'aria-label': 'Close details', title: 'Close', onclick: onClose }, icon('close'));
  const element = h('aside', { class: 'details', 'aria-label': 'Details of a node' }, h('header', {}, title, close), list);
  return {
    element,
    draw(node: PipelineNode | null, zone: Zone) {
      element.hidden = node === null;
      if (!node) return;
      setText(title, node.label);
      keyed(list, factsOfNode(node, zone), ([name]) => name, ([name]) => h('div', {}, h('dt', {}, name), h('dd')), (item, [, value]) => setText(item.lastElementChild!, value));
    },
  };
}

function factsOfNode(node: PipelineNode, zone: Zone): [string, string][] {
  const watermark = milliseconds(node.watermark);
  const facts: [string, string | null][] = [
    ['Kind', KindNames[node.kind]],
    ['What', node.detail],
    ['From', node.inputs.join(', ') || null],
    ['Rows per second', formatRate(node.rowsPerSecond)],
    ['Rows in', formatCount(node.rowsIn)],
    ['Rows out', formatCount(node.rowsOut)],
    ['Time', node.timeShare > 0 ? formatShare(node.timeShare, 1) : null],
    ['Rows a batch', node.batchRows > 0 ? formatCount(Math.round(node.batchRows)) : null],
    ['Bytes in', node.bytesIn > 0 ? formatBytes(node.bytesIn) + (node.totalBytes ? ` of ${formatBytes(node.totalBytes)}` : '') : null],
    ['Watermark', watermark === null ? 'none' : isEnd(watermark) ? 'the end' : formatMoment(watermark, zone)],
    ['Held back by', node.heldBackBy],
    ['Lag', node.lagMs === null ? 'none' : formatLag(node.lagMs)],
    ['Late rows', formatCount(node.late)],
    ['Errors', formatCount(node.errors)],
    ['State', node.stateRows > 0 ? `${formatCount(node.stateRows)} ${node.stateRows === 1 ? 'row' : 'rows'}, ${formatBytes(node.stateBytes)}` : null],
    ['Hottest keys', node.hotKeys.map(({ key, share }) => `${key} (${formatShare(share, 1)})`).join(', ') || null],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

function factsOf(pipeline: Pipeline): string {
  const { memory, commits } = pipeline;
  const share = memory.limitBytes !== null ? ` of ${formatBytes(memory.limitBytes)}` : '';
  return `${pipeline.nodes.length} nodes  ·  memory ${formatBytes(memory.usedBytes)}${share}  ·  ${formatCount(commits.count)} commits, one every ${Math.round(commits.intervalMs)} ms, last ${commits.lastMs.toFixed(1)} ms`;
}
