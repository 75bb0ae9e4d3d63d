import type { Tile } from '../api/types.ts';
import { whyEmpty } from '../state/empty.ts';
import type { App } from '../ui/app.ts';
import { DataTable } from '../ui/data-table.ts';
import { h, setText } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { tableToggle } from '../ui/table-toggle.ts';
import { tileKinds } from './index.ts';

/** A tile farther than this from what the reader sees keeps its last picture. */
const DrawAhead = '800px';

/** A tile on the page: its title, its body or its table, or why it is empty. */
export interface Frame {
  readonly element: HTMLElement;
  close(): void;
}

export function frame(tile: Tile, app: App): Frame {
  const body = tileKinds[tile.kind](tile, app);
  const id = `tile-${tile.id}`;
  const note = h('span', { class: 'tile-note' });
  const table = new DataTable(tile.title);
  const stage = h('div', { class: 'tile-stage' });
  const toggle = tableToggle(tile.title, () => draw());
  const header = h('header', { class: 'tile-head' }, h('h2', { id }, tile.title), note, body.table() !== null && toggle.element);
  const element = h('section', { class: `tile tile-${tile.kind}`, 'aria-labelledby': id }, header, stage);

  let near = true;
  let shown: Element | null = null;
  const show = (next: Element) => {
    if (shown === next) return;
    stage.replaceChildren(next);
    shown = next;
  };
  const empty = emptyState();

  const draw = () => {
    if (!near && shown !== empty.element) return;
    const nothing = body.isEmpty();
    element.classList.toggle('is-empty', nothing);
    toggle.element.hidden = nothing;
    setText(note, nothing ? '' : (body.note?.() ?? ''));
    if (nothing) {
      show(empty.element);
      const loaded = tile.view === null || tile.kind === 'quality' || app.live.store(tile.view).loaded;
      empty.draw(loaded ? whyEmpty(tile.view ?? '', app.live.pipeline, app.live.quality, app.settings.zone) : { title: 'Loading', text: 'Waiting for the first rows from the server.' });
      return;
    }
    if (toggle.on) {
      table.update(body.table()!, app.settings.zone);
      show(table.element);
      return;
    }
    show(body.element);
    body.draw();
  };

  const observer = new IntersectionObserver(([entry]) => {
    near = entry!.isIntersecting;
    if (near) draw();
  }, { rootMargin: DrawAhead });
  observer.observe(element);
  const stop = app.live.on([...body.topics, 'pipeline', 'settings'], draw);
  draw();
  return {
    element,
    close() {
      stop();
      observer.disconnect();
      body.close?.();
    },
  };
}

function emptyState() {
  const title = h('p', { class: 'empty-title' });
  const text = h('p', { class: 'empty-text' });
  return {
    element: h('div', { class: 'empty' }, icon('empty'), title, text),
    draw(reason: { title: string; text: string }) {
      setText(title, reason.title);
      setText(text, reason.text);
    },
  };
}
