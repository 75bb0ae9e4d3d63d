import { announce } from './announce.ts';
import { h } from './dom.ts';
import { icon } from './icons.ts';

/** A button that changes a chart into a table and back. */
export function tableToggle(title: string, onChange: () => void) {
  const element = h('button', { type: 'button', class: 'icon-button quiet', 'aria-pressed': 'false', 'aria-label': `${title} as a table`, title: 'Show as a table' }, icon('table'));
  const toggle = { element, on: false };
  element.addEventListener('click', () => {
    toggle.on = !toggle.on;
    element.setAttribute('aria-pressed', String(toggle.on));
    element.title = toggle.on ? 'Show as a chart' : 'Show as a table';
    element.replaceChildren(icon(toggle.on ? 'chart' : 'table'));
    onChange();
    announce(`${title} is shown as a ${toggle.on ? 'table' : 'chart'}`);
  });
  return toggle;
}
