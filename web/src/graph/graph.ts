import type { Pipeline, PipelineNode } from '../api/types.ts';
import { keyed, s, setAttributes } from '../ui/dom.ts';
import { measure, pathOf, type Box, type Direction } from './geometry.ts';
import { edgeId, layOut, type Layout } from './layout.ts';
import { drawNode, makeNode } from './nodes.ts';

const Node: Box = { width: 208, height: 76 };

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
  let layout: Layout = { layers: [], bends: new Map() };

  return {
    element,
    /** Draws the graph so that it runs to the right or down; answers its natural size in pixels. */
    draw(pipeline: Pipeline, direction: Direction, selected: string | null): Box {
      const now = JSON.stringify(pipeline.nodes.map((node) => [node.id, node.inputs]));
      if (now !== shape) {
        layout = layOut(pipeline.nodes);
        shape = now;
      }
      const geometry = measure(layout, Node, direction);
      element.setAttribute('viewBox', `0 0 ${geometry.box.width} ${geometry.box.height}`);

      keyed(nodes, pipeline.nodes, (node) => node.id, (node) => makeNode(Node, onSelect, node.id), (group, node) => {
        const corner = geometry.corners.get(node.id)!;
        group.setAttribute('transform', `translate(${corner.x} ${corner.y})`);
        drawNode(group, node, Node, node.id === selected);
      });
      keyed(edges, edgesOf(pipeline.nodes), (edge) => edgeId(edge.from, edge.to), () => s('path'), (path, edge) => {
        const width = 1.25 + Math.log10(1 + edge.rate) * 0.5;
        setAttributes(path, { d: pathOf(geometry.edges.get(edgeId(edge.from, edge.to))!, direction), 'stroke-width': width.toFixed(1) });
        path.classList.toggle('is-flowing', edge.rate > 0);
        path.classList.toggle('is-selected', edge.from === selected || edge.to === selected);
      });
      return geometry.box;
    },
  };
}

/** The edges with what is known to flow along them: no more than either end moves. */
function edgesOf(nodes: readonly PipelineNode[]): Edge[] {
  const rates = new Map(nodes.map((node) => [node.id, node.rowsPerSecond]));
  return nodes.flatMap((node) =>
    node.inputs.filter((from) => rates.has(from)).map((from) => ({ from, to: node.id, rate: Math.min(rates.get(from)!, node.rowsPerSecond) })));
}
