import { graph } from '../graph/graph.ts';
import { nodeTable } from '../graph/table.ts';
import { h } from '../ui/dom.ts';
import type { TileFactory } from './tile.ts';

/** The pipeline in small; the page Pipeline has the details. */
export const pipeline: TileFactory = (tile, app) => {
  const picture = graph(tile.title, null);
  const element = h('a', { class: 'pipeline-small', href: '#/pipeline', 'aria-label': `${tile.title}: open the pipeline page` }, picture.element);
  return {
    element,
    topics: ['pipeline'],
    isEmpty: () => (app.live.pipeline?.nodes.length ?? 0) === 0,
    draw: () => void picture.draw(app.live.pipeline!, 'right', null),
    table: () => nodeTable(app.live.pipeline),
  };
};
