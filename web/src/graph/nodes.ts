import type { NodeKind, PipelineNode } from '../api/types.ts';
import { formatCount, formatRate } from '../format/numbers.ts';
import { formatLag } from '../format/times.ts';
import { s, setAttributes, setText } from '../ui/dom.ts';
import { fitText } from '../ui/fit-text.ts';

export interface NodeSize {
  width: number;
  height: number;
}

export const KindNames: Record<NodeKind, string> = { source: 'source', clean: 'cleaning', view: 'view', materialized: 'stored view', sink: 'sink', dead_letters: 'dead letters' };

const Left = 14;

/** What is wrong at a node, in words; empty where nothing is. */
export function troubles(node: PipelineNode): string {
  const parts = [node.late > 0 && `${formatCount(node.late)} late`, node.errors > 0 && `${formatCount(node.errors)} ${node.errors === 1 ? 'error' : 'errors'}`];
  return parts.filter(Boolean).join(' · ');
}

const rateText = (node: PipelineNode): string => `${formatRate(node.rowsPerSecond)} rows/s`;
const lagText = (node: PipelineNode): string => (node.lagMs === null ? '' : `lag ${formatLag(node.lagMs)}`);

/** A node as a screen reader says it. */
const describe = (node: PipelineNode): string =>
  [node.label, KindNames[node.kind], rateText(node), lagText(node), troubles(node)].filter(Boolean).join(', ');

/** Makes the group of a node: card, kind, name, figures. */
export function makeNode(size: NodeSize, onSelect: ((id: string) => void) | null, id: string): SVGGElement {
  const text = (name: string, y: number, end = false) =>
    s('text', { class: name, x: end ? size.width - 12 : Left, y, ...(end ? { 'text-anchor': 'end' } : {}) });
  const group = s('g', { class: 'node', ...(onSelect ? { role: 'button', tabindex: 0 } : {}) },
    s('rect', { class: 'node-card', width: size.width, height: size.height, rx: 8 }),
    s('rect', { class: 'node-strip', x: 0, y: 10, width: 3, height: size.height - 20, rx: 1.5 }),
    text('node-label', 22), text('node-kind', 22, true), text('node-rate', 42), text('node-lag', 42, true), text('node-trouble', 60), s('title'));
  if (onSelect) {
    group.addEventListener('click', () => onSelect(id));
    group.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      onSelect(id);
    });
  }
  return group;
}

/** Writes the present figures into a node. */
export function drawNode(group: SVGGElement, node: PipelineNode, size: NodeSize, selected: boolean): void {
  const [, , label, kind, rate, lag, trouble, title] = group.children as unknown as SVGTextElement[];
  const kindWidth = fitText.width(KindNames[node.kind], 11);
  setAttributes(group, { 'data-kind': node.kind, 'aria-label': describe(node) });
  if (group.hasAttribute('role')) group.setAttribute('aria-pressed', String(selected));
  group.classList.toggle('has-trouble', troubles(node) !== '');
  group.classList.toggle('is-idle', node.rowsPerSecond === 0);
  setText(label!, fitText(node.label, size.width - Left - 20 - kindWidth, 13.5));
  setText(kind!, KindNames[node.kind]);
  setText(rate!, rateText(node));
  setText(lag!, lagText(node));
  setText(trouble!, fitText(troubles(node) || node.detail || '', size.width - Left - 12, 11.5));
  setText(title!, `${node.label} (${KindNames[node.kind]})`);
}
