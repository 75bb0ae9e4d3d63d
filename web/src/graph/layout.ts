/** A graph to lay out: nodes by id with the ids that feed them. */
export interface GraphNode {
  id: string;
  inputs: readonly string[];
}

/** A place in a layer: a node, or a bend that carries an edge past the layer. */
export interface Slot {
  id: string;
  bend: boolean;
}

export interface Layout {
  layers: Slot[][];
  /** The bends of each edge that spans several layers, by {@link edgeId}, from its start to its end. */
  bends: Map<string, string[]>;
}

export const edgeId = (from: string, to: string): string => `${from}>${to}`;

/** The most sweeps that order the layers; small graphs settle in two or three. */
const Sweeps = 8;

/**
 * Layers by the longest way from a source; within a layer nodes stand near the mean place of their neighbours,
 * which keeps edges short and crossings few (Sugiyama, Tagawa and Toda 1981). Long edges get a bend in each layer
 * they pass, so that none runs through a node. The same graph always gives the same picture.
 */
export function layOut(nodes: readonly GraphNode[]): Layout {
  const { layers, bends, links } = withBends(nodes, depthsOf(nodes));
  const inputs = new Map<string, string[]>();
  const outputs = new Map<string, string[]>();
  for (const [from, to] of links) {
    outputs.set(from, [...(outputs.get(from) ?? []), to]);
    inputs.set(to, [...(inputs.get(to) ?? []), from]);
  }
  for (let sweep = 0; sweep < Sweeps; sweep++) {
    const [neighbours, order] = sweep % 2 === 0 ? [inputs, layers] : [outputs, [...layers].reverse()];
    for (const layer of order) sortLayer(layer, neighbours, placesOf(layers));
  }
  return { layers, bends };
}

/** The number of the layer of each node; an edge that closes a circle is left out of the count. */
function depthsOf(nodes: readonly GraphNode[]): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depths = new Map<string, number>();
  const visit = (id: string, path: ReadonlySet<string>): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    const within = new Set(path).add(id);
    const feeding = byId.get(id)!.inputs.filter((input) => byId.has(input) && !within.has(input));
    const depth = Math.max(0, ...feeding.map((input) => visit(input, within) + 1));
    depths.set(id, depth);
    return depth;
  };
  for (const node of nodes) visit(node.id, new Set());
  return depths;
}

function withBends(nodes: readonly GraphNode[], depths: ReadonlyMap<string, number>) {
  const layers: Slot[][] = Array.from({ length: Math.max(-1, ...depths.values()) + 1 }, () => []);
  for (const node of nodes) layers[depths.get(node.id)!]!.push({ id: node.id, bend: false });

  const bends = new Map<string, string[]>();
  const links: [string, string][] = [];
  for (const node of nodes) {
    for (const from of node.inputs.filter((input) => depths.has(input))) {
      const passed: string[] = [];
      for (let layer = depths.get(from)! + 1; layer < depths.get(node.id)!; layer++) {
        const id = `${edgeId(from, node.id)}@${layer}`;
        layers[layer]!.push({ id, bend: true });
        passed.push(id);
      }
      bends.set(edgeId(from, node.id), passed);
      [...passed, node.id].forEach((to, index) => links.push([index === 0 ? from : passed[index - 1]!, to]));
    }
  }
  return { layers, bends, links };
}

/** Places are centred: a layer of one stands in the middle of a layer of three. */
function placesOf(layers: readonly Slot[][]): Map<string, number> {
  return new Map(layers.flatMap((layer) => layer.map((slot, index) => [slot.id, index - (layer.length - 1) / 2] as const)));
}

function sortLayer(layer: Slot[], neighbours: ReadonlyMap<string, string[]>, places: ReadonlyMap<string, number>): void {
  const wanted = new Map(layer.map(({ id }) => [id, mean((neighbours.get(id) ?? []).map((other) => places.get(other)!)) ?? places.get(id)!]));
  layer.sort((a, b) => wanted.get(a.id)! - wanted.get(b.id)!);
}

const mean = (numbers: readonly number[]): number | null => (numbers.length === 0 ? null : numbers.reduce((sum, one) => sum + one, 0) / numbers.length);
