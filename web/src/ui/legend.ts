import { h, keyed, setText } from './dom.ts';
import { seriesColour } from './palette.ts';

export interface LegendEntry {
  name: string;
  colour: number;
  shown: boolean;
  /** The value under the cursor, or the newest. */
  text: string;
}

/** Names, colours and values of lines; an entry is a button that hides its line. */
export function legend(onToggle: (name: string) => void) {
  const when = h('span', { class: 'legend-when' });
  const list = h('ul', { class: 'legend-list' });
  const more = h('span', { class: 'legend-more' });
  const element = h('div', { class: 'legend' }, when, list, more);

  const make = (entry: LegendEntry): HTMLLIElement => {
    const swatch = h('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.setProperty('--swatch', seriesColour(entry.colour));
    const button = h('button', { type: 'button', class: 'legend-entry', title: 'Show or hide this line' }, swatch, h('span', { class: 'legend-name' }, entry.name), ' ', h('span', { class: 'legend-value' }));
    button.addEventListener('click', () => onToggle(entry.name));
    return h('li', {}, button);
  };

  return {
    element,
    draw(time: string, entries: readonly LegendEntry[], hidden: number) {
      setText(when, time);
      keyed(list, entries, (entry) => entry.name, make, (item, entry) => {
        const button = item.firstElementChild!;
        button.setAttribute('aria-pressed', String(entry.shown));
        setText(button.lastElementChild!, entry.text);
      });
      setText(more, hidden > 0 ? `and ${hidden} smaller in the table` : '');
    },
  };
}
