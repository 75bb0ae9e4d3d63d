import type { NodeKind, PipelineNode } from '../api/types.ts';
import { formatCompact, formatCount, formatRate } from '../format/numbers.ts';
import { formatLag, isMeaningfulLag } from '../format/times.ts';
import { s, setAttributes, setText } from '../ui/dom.ts';
import { fitText } from '../ui/fit-text.ts';
import type { Box } from './geometry.ts';

export const KindNames: Record<NodeKind, string> = { source: 'source', clean: 'cleaning', view: 'view', materialized: 'stored view', sink: 'sink', dead_letters: 'dead letters' };

const Left = 14;

/** What is wrong at a node, in words; empty where nothing is. */
export function troubles(node: PipelineNode): string {
  const parts = [node.late > 0 && `${formatCompact(node.late)} late`, node.errors > 0 && `${formatCompact(node.errors)} ${node.errors === 1 ? 'error' : 'errors'}`];
  return parts.filter(Boolean).join(' · ');
}

/** What flows now, or where nothing does what has flowed. */
const rateText = (node: PipelineNode): string => (node.rowsPerSecond > 0 ? `${formatRate(node.rowsPerSecond)} rows/s` : `${formatCount(node.rowsIn)} ${node.rowsIn === 1 ? 'row' : 'rows'}`);
const lagText = (node: PipelineNode): string => (isMeaningfulLag(node.lagMs) ? `lag ${formatLag(node.lagMs)}` : '');
const kindText = (node: PipelineNode): string => [node.kind === 'materialized' ? 'stored' : node.kind !== 'dead_letters' && KindNames[node.kind], node.detail].filter(Boolean).join(' · ');

/** Makes the group of a node: card, kind, name, figures. */
export function makeNode(size: Box, onSelect: ((id: string) => void) | null, id: string): SVGGElement {
  const text = (name: string, y: number, end = false) =>
    s('text', { class: name, x: end ? size.width - 12 : Left, y, ...(end ? { 'text-anchor': 'end' } : {}) });
  const group = s('g', { class: 'node', ...(onSelect ? { role: 'button', tabindex: 0 } : {}) },
    s('rect', { class: 'node-card', width: size.width, height: size.height, rx: 8 }),
    s('rect', { class: 'node-strip', x: 0, y: 10, width: 3, height: size.height - 20, rx: 1.5 }),

    text('node-label', 23), ' ', text('node-trouble', 23, true), ' ', text('node-kind', 42), ' ', text('node-rate', 62), ' ', text('node-lag', 62, true));
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
export function drawNode(group: SVGGElement, node: PipelineNode, size: Box, selected: boolean): void {
  const [, , label, trouble, kind, rate, lag] = group.children as unknown as SVGTextElement[];
  const wrong = troubles(node);
  const room = size.width - Left - 12;
  const texts: [SVGTextElement, string][] = [
    [label!, fitText(node.label, room - (wrong ? fitText.width(wrong, 11.5, 550) + 10 : 0), 13.5, 600)],
    [trouble!, wrong],
    [kind!, fitText(kindText(node), room, 11.5)],
    [rate!, rateText(node)],
    [lag!, lagText(node)],
  ];
  for (const [element, text] of texts) setText(element, text);
  group.setAttribute('data-kind', node.kind);
  group.classList.toggle('is-idle', node.rowsPerSecond === 0);
  if (group.hasAttribute('role')) setAttributes(group, { 'aria-label': texts.map(([, text]) => text).filter(Boolean).join(' '), 'aria-pressed': String(selected) });
}
