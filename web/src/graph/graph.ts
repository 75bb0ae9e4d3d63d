import type { Pipeline, PipelineNode } from '../api/types.ts';
import { keyed, s, setAttributes } from '../ui/dom.ts';
import { layOut, type Placed } from './layout.ts';
import { drawNode, makeNode, type NodeSize } from './nodes.ts';

export type Direction = 'right' | 'down';

const Size: NodeSize = { width: 208, height: 72 };
const LayerGap = 52;
const SlotGap = 18;
const Margin = 6;

interface Edge {
  from: string;
  to: string;
  rate: number;
}

/** The pipeline as a picture: layers of nodes from sources to sinks, edges as wide as what flows through them. */
export function graph(label: string, onSelect: ((id: string) => void) | null) {
  const edges = s('g', { class: 'edges', 'aria-hidden': 'true' });
  const nodes = s('g', { class: 'nodes' });
  const element = s('svg', { class: 'graph', role: onSelect ? 'group' : 'img', 'aria-label': label }, edges, nodes);
  let shape = '';
  let placed: Placed[] = [];

  return {
    element,
    /** Draws the graph so that it runs to the right or down; answers its natural size in pixels. */
    draw(pipeline: Pipeline, direction: Direction, selected: string | null): NodeSize {
      const now = JSON.stringify(pipeline.nodes.map((node) => [node.id, node.inputs]));
      if (now !== shape) {
        placed = layOut(pipeline.nodes);
        shape = now;
      }
      const box = boxOf(placed, direction);
      const at = new Map(placed.map((one) => [one.id, pointOf(one, placed, direction)]));
      element.setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);

      keyed(nodes, pipeline.nodes, (node) => node.id, (node) => makeNode(Size, onSelect, node.id), (group, node) => {
        const point = at.get(node.id)!;
        group.setAttribute('transform', `translate(${point.x} ${point.y})`);
        drawNode(group, node, Size, node.id === selected);
      });
      keyed(edges, edgesOf(pipeline.nodes), (edge) => `${edge.from}>${edge.to}`, () => s('path'), (path, edge) => {
        setAttributes(path, { d: curve(at.get(edge.from)!, at.get(edge.to)!, direction), 'stroke-width': (1.5 + Math.log10(1 + edge.rate) * 0.7).toFixed(1) });
        path.classList.toggle('is-flowing', edge.rate > 0);
        path.classList.toggle('is-selected', edge.from === selected || edge.to === selected);
      });
      return box;
    },
  };
}

/** The natural size of a graph that runs this way. */
export function boxOf(placed: readonly Placed[], direction: Direction): NodeSize {
  const layers = Math.max(0, ...placed.map((one) => one.layer)) + 1;
  const slots = Math.max(0, ...placed.map((one) => one.slot)) + 1;
  const [across, down] = direction === 'right' ? [layers, slots] : [slots, layers];
  const [gapX, gapY] = direction === 'right' ? [LayerGap, SlotGap] : [SlotGap, LayerGap];
  return { width: across * (Size.width + gapX) - gapX + 2 * Margin, height: down * (Size.height + gapY) - gapY + 2 * Margin };
}

function pointOf(one: Placed, placed: readonly Placed[], direction: Direction): { x: number; y: number } {
  const slots = Math.max(...placed.map((other) => other.slot)) + 1;
  const inLayer = placed.filter((other) => other.layer === one.layer).length;
  const slot = one.slot + (slots - inLayer) / 2;
  return direction === 'right'
    ? { x: Margin + one.layer * (Size.width + LayerGap), y: Margin + slot * (Size.height + SlotGap) }
    : { x: Margin + slot * (Size.width + SlotGap), y: Margin + one.layer * (Size.height + LayerGap) };
}

function edgesOf(nodes: readonly PipelineNode[]): Edge[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return nodes.flatMap((node) => node.inputs.flatMap((from) => (byId.has(from) ? [{ from, to: node.id, rate: Math.min(byId.get(from)!.rowsPerSecond, node.rowsPerSecond) }] : [])));
}

function curve(from: { x: number; y: number }, to: { x: number; y: number }, direction: Direction): string {
  if (direction === 'right') {
    const [x1, y1, x2, y2] = [from.x + Size.width, from.y + Size.height / 2, to.x, to.y + Size.height / 2];
    const bend = LayerGap * 0.55;
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  const [x1, y1, x2, y2] = [from.x + Size.width / 2, from.y + Size.height, to.x + Size.width / 2, to.y];
  const bend = LayerGap * 0.55;
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}
