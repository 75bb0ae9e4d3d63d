import type { Column } from '../api/types.ts';
import { graph } from '../graph/graph.ts';
import { KindNames } from '../graph/nodes.ts';
import { h } from '../ui/dom.ts';
import type { TileFactory } from './tile.ts';

const Columns: Column[] = [
  ['node', 'TEXT'], ['kind', 'TEXT'], ['rows_in', 'BIGINT'], ['rows_out', 'BIGINT'], ['rows_per_second', 'DOUBLE'],
  ['watermark', 'TIMESTAMP'], ['lag_ms', 'BIGINT'], ['late', 'BIGINT'], ['errors', 'BIGINT'],
].map(([name, type]) => ({ name: name!, type: type! }));

/** The pipeline in small; the page Pipeline has the details. */
export const pipeline: TileFactory = (tile, app) => {
  const picture = graph(tile.title, null);
  const element = h('a', { class: 'pipeline-small', href: '#/pipeline', 'aria-label': `${tile.title}: open the pipeline page` }, picture.element);
  return {
    element,
    topics: ['pipeline'],
    isEmpty: () => (app.live.pipeline?.nodes.length ?? 0) === 0,
    draw: () => void picture.draw(app.live.pipeline!, 'right', null),
    table: () => ({
      columns: Columns,
      rows: (app.live.pipeline?.nodes ?? []).map((n) => [n.label, KindNames[n.kind], n.rowsIn, n.rowsOut, n.rowsPerSecond, n.watermark, n.lagMs, n.late, n.errors]),
      order: -1,
    }),
  };
};
