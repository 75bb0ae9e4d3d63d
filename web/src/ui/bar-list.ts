import { h, keyed, s, setAttributes, setText } from './dom.ts';
import { fitText } from './fit-text.ts';

export interface Bar {
  name: string;
  value: number;
  /** The value as it is read. */
  text: string;
}

const MaxPitch = 38;
const MinPitch = 22;
const Gap = 12;
const NarrowBelow = 480;

/** Horizontal bars as SVG: name, bar, value. Bars keep their identity, so a rank that changes is seen moving. */
export function barList(title: string) {
  const element = s('svg', { class: 'bars', role: 'list', 'aria-label': title });
  const scroll = h('div', { class: 'bars-scroll' }, element);
  let bars: readonly Bar[] = [];
  let width = 0;
  let height = 0;

  const draw = () => {
    if (width === 0 || bars.length === 0) return;
    const pitch = Math.max(MinPitch, Math.min(MaxPitch, height / bars.length));
    const nameRoom = Math.min(width * (width < NarrowBelow ? 0.44 : 0.36), Math.max(...bars.map((bar) => fitText.width(bar.name))));
    const textRoom = Math.max(...bars.map((bar) => fitText.width(bar.text.replace(/\d/g, '0'), 13, 600)));
    const room = Math.max(24, width - nameRoom - textRoom - 2 * Gap - 2);
    const largest = Math.max(...bars.map((bar) => Math.abs(bar.value)), Number.MIN_VALUE);
    const thick = Math.min(16, pitch - 8);
    element.style.minHeight = `${Math.ceil(pitch * bars.length)}px`;

    keyed(element, bars, (bar) => bar.name, makeBar, (row, bar, index) => {
      const [name, track, rect, value] = row.children as unknown as [SVGTextElement, SVGRectElement, SVGRectElement, SVGTextElement];
      const middle = pitch / 2;
      row.style.transform = `translateY(${index * pitch}px)`;
      row.setAttribute('aria-label', `${bar.name}: ${bar.text}`);
      row.classList.toggle('negative', bar.value < 0);
      setText(name, fitText(bar.name, nameRoom));
      setAttributes(name, { x: 0, y: middle });
      setAttributes(track, { x: nameRoom + Gap, y: middle - thick / 2, height: thick, width: room, rx: 3 });
      setAttributes(rect, { x: nameRoom + Gap, y: middle - thick / 2, height: thick, rx: 3 });
      rect.style.width = `${Math.max(2, (Math.abs(bar.value) / largest) * room)}px`;
      setText(value, bar.text);
      setAttributes(value, { x: width - 1, y: middle });
    });
  };

  const observer = new ResizeObserver(([entry]) => {
    ({ width, height } = entry!.contentRect);
    draw();
  });
  observer.observe(scroll);
  return {
    element: scroll,
    draw(next: readonly Bar[]) {
      bars = next;
      draw();
    },
    close: () => observer.disconnect(),
  };
}

const makeBar = (bar: Bar): SVGGElement =>
  s('g', { class: 'bar', role: 'listitem' },
    s('text', { class: 'bar-name', 'aria-hidden': 'true' }),
    s('rect', { class: 'bar-track' }),
    s('rect', { class: 'bar-fill' }),
    s('text', { class: 'bar-value', 'text-anchor': 'end', 'aria-hidden': 'true' }),
    s('title', {}, bar.name));
