import { graph } from '../graph/graph.ts';
import { nodeTable } from '../graph/table.ts';
import { h } from '../ui/dom.ts';
import type { TileFactory } from './tile.ts';

const HeightMax = 520;
/** Narrower its texts could not be read; it scrolls instead. */
const WidthMin = 680;

/** The pipeline in small; the page Pipeline has the details. */
export const pipeline: TileFactory = (tile, app) => {
  const picture = graph(tile.title, null);
  const scroll = h('div', { class: 'pipeline-scroll', tabindex: 0, role: 'region', 'aria-label': `${tile.title}, picture` }, picture.element);
  const element = h('div', { class: 'pipeline-small' }, scroll, h('a', { href: '#/pipeline' }, 'Pipeline in detail'));
  return {
    element,
    topics: ['pipeline'],
    isEmpty: () => (app.live.pipeline?.nodes.length ?? 0) === 0,
    draw() {
      const box = picture.draw(app.live.pipeline!, 'right', null);
      const scale = Math.min(1, Math.max(WidthMin, scroll.clientWidth) / box.width, HeightMax / box.height);
      picture.element.style.width = `${Math.floor(box.width * scale)}px`;
      picture.element.style.height = `${Math.floor(box.height * scale)}px`;
    },
    table: () => nodeTable(app.live.pipeline),
  };
};
