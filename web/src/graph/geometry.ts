import { edgeId, type Layout } from './layout.ts';

export type Direction = 'right' | 'down';

export interface Box {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** A layout in pixels: the corner of every node, and per edge the points it passes in pairs (into and out of a layer). */
export interface Geometry {
  box: Box;
  corners: Map<string, Point>;
  edges: Map<string, Point[]>;
}

const LayerGap = 52;
const SlotGap = 18;
const BendRoom = 14;
const Margin = 6;

/** Gives a layout its pixels, with layers from left to right or from top to bottom. */
export function measure(layout: Layout, node: Box, direction: Direction): Geometry {
  const right = direction === 'right';
  const [along, across] = right ? [node.width, node.height] : [node.height, node.width];
  const room = (bend: boolean) => (bend ? BendRoom : across);
  const lengths = layout.layers.map((layer) => layer.reduce((sum, slot) => sum + room(slot.bend) + SlotGap, -SlotGap));
  const longest = Math.max(0, ...lengths);
  const point = (main: number, cross: number): Point => (right ? { x: main, y: cross } : { x: cross, y: main });

  const corners = new Map<string, Point>();
  const ports = new Map<string, [Point, Point]>();
  layout.layers.forEach((layer, index) => {
    const main = Margin + index * (along + LayerGap);
    let cross = Margin + (longest - lengths[index]!) / 2;
    for (const slot of layer) {
      const middle = cross + room(slot.bend) / 2;
      ports.set(slot.id, [point(main, middle), point(main + along, middle)]);
      if (!slot.bend) corners.set(slot.id, point(main, cross));
      cross += room(slot.bend) + SlotGap;
    }
  });

  const edges = new Map<string, Point[]>();
  for (const [id, bends] of layout.bends) {
    const [from, to] = id.split('>') as [string, string];
    edges.set(edgeId(from, to), [ports.get(from)![1], ...bends.flatMap((bend) => ports.get(bend)!), ports.get(to)![0]]);
  }
  const main = layout.layers.length * (along + LayerGap) - LayerGap + 2 * Margin;
  const cross = longest + 2 * Margin;
  return { box: right ? { width: main, height: cross } : { width: cross, height: main }, corners, edges };
}

/** A smooth path through the points of an edge: curved between layers, straight through them. */
export function pathOf(points: readonly Point[], direction: Direction): string {
  const bend = LayerGap * 0.55;
  const parts = points.slice(1).map((to, index) => {
    const from = points[index]!;
    if (index % 2 === 1) return `L${to.x} ${to.y}`;
    return direction === 'right'
      ? `C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`
      : `C${from.x} ${from.y + bend} ${to.x} ${to.y - bend} ${to.x} ${to.y}`;
  });
  return `M${points[0]!.x} ${points[0]!.y}${parts.join('')}`;
}
