/** A graph to lay out: nodes by id with the ids that feed them. */
export interface GraphNode {
  id: string;
  inputs: readonly string[];
}

export interface Placed {
  id: string;
  layer: number;
  /** The place within the layer, from 0. */
  slot: number;
}

/** The most sweeps that order the layers; small graphs settle in two or three. */
const Sweeps = 8;

/**
 * Layers by the longest way from a source; within a layer nodes stand near the mean place of their neighbours,
 * which keeps edges short and crossings few (Sugiyama, Tagawa and Toda 1981). The same graph always gives the same picture.
 */
export function layOut(nodes: readonly GraphNode[]): Placed[] {
  const layers = layersOf(nodes);
  const outputs = new Map<string, string[]>(nodes.map((node) => [node.id, []]));
  for (const node of nodes) for (const input of node.inputs) outputs.get(input)?.push(node.id);
  const inputs = new Map(nodes.map((node) => [node.id, node.inputs]));

  for (let sweep = 0; sweep < Sweeps; sweep++) {
    const neighbours = sweep % 2 === 0 ? inputs : outputs;
    const place = placesOf(layers);
    for (const layer of sweep % 2 === 0 ? layers : [...layers].reverse()) {
      const wanted = new Map(layer.map((id) => [id, meanPlace(neighbours.get(id) ?? [], place) ?? place.get(id)!]));
      layer.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
      spread(layer, place, layers);
    }
  }
  return layers.flatMap((layer, index) => layer.map((id, slot) => ({ id, layer: index, slot })));
}

function layersOf(nodes: readonly GraphNode[]): string[][] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depth = new Map<string, number>();
  const visit = (id: string, path: ReadonlySet<string>): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    const feeding = (byId.get(id)?.inputs ?? []).filter((input) => byId.has(input) && !path.has(input));
    const found = Math.max(0, ...feeding.map((input) => visit(input, new Set(path).add(id)) + 1));
    depth.set(id, found);
    return found;
  };
  const layers: string[][] = [];
  for (const node of nodes) {
    const layer = visit(node.id, new Set());
    while (layers.length <= layer) layers.push([]);
    layers[layer]!.push(node.id);
  }
  return layers;
}

/** Places are centred: a layer of one stands in the middle of a layer of three. */
function placesOf(layers: readonly string[][]): Map<string, number> {
  const place = new Map<string, number>();
  for (const layer of layers) spread(layer, place, layers);
  return place;
}

function spread(layer: readonly string[], place: Map<string, number>, layers: readonly string[][]): void {
  const widest = Math.max(...layers.map((one) => one.length));
  layer.forEach((id, slot) => place.set(id, slot + (widest - layer.length) / 2));
}

function meanPlace(ids: readonly string[], place: ReadonlyMap<string, number>): number | null {
  const known = ids.map((id) => place.get(id)).filter((one) => one !== undefined);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}
