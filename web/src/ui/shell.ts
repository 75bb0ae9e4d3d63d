import type { Dashboard } from '../api/types.ts';
import { announcer } from './announce.ts';
import type { App } from './app.ts';
import { pauseButton, themeButton, zoneButton } from './controls.ts';
import { h, keyed, setText } from './dom.ts';
import { mark } from './icons.ts';
import { banner, statusPill } from './status.ts';

interface Place {
  hash: string;
  name: string;
}

/** What stands around every view: name, navigation, status, controls. */
export function shell(app: App) {
  const name = h('span', { class: 'brand-name' }, 'Millrace');
  const links = h('ul');
  const main = h('main', { id: 'main' });
  const version = h('p');
  const skip = h('a', { class: 'skip', href: '#main' }, 'Skip to the content');
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    main.querySelector('h1')?.focus();
  });

  const element = h('div', { class: 'shell' },
    skip,
    h('header', { class: 'top' },
      h('a', { class: 'brand', href: '#/', 'aria-label': 'Millrace, dashboard' }, mark(), name),
      h('nav', { 'aria-label': 'Views' }, links),
      h('div', { class: 'top-controls' }, statusPill(app), pauseButton(app), zoneButton(app), themeButton(app))),
    banner(app),
    main,
    h('footer', { class: 'bottom' }, version),
    announcer);

  app.live.on(['pipeline'], () => {
    const pipeline = app.live.pipeline;
    if (pipeline) setText(version, `Millrace  ·  ${pipeline.name}  ·  version ${pipeline.version}`);
  });
  return {
    element,
    main,
    drawLinks(dashboards: readonly Dashboard[], current: string) {
      const only = dashboards.length === 1;
      const places: Place[] = [
        ...dashboards.map((one) => ({ hash: hashOf(one), name: only ? 'Dashboard' : one.title })),
        { hash: '#/pipeline', name: 'Pipeline' },
        { hash: '#/sql', name: 'SQL' },
      ];
      keyed(links, places, (place) => place.hash, (place) => h('li', {}, h('a', { href: place.hash }, place.name)), (item, place) => {
        const link = item.firstElementChild!;
        if (place.hash === current) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      });
    },
  };
}

export const hashOf = (dashboard: Dashboard): string => `#/dashboard/${encodeURIComponent(dashboard.name)}`;
