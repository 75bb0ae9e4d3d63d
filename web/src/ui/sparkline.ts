import { s } from './dom.ts';

const Width = 200;
const Height = 40;

/** A small picture of how a number came here; the last stretch is dashed while its window is open. Decoration: the words beside it say the same. */
export function sparkline() {
  const area = s('path', { class: 'spark-area' });
  const line = s('path', { class: 'spark-line' });
  const open = s('path', { class: 'spark-line spark-open' });
  const element = s('svg', { class: 'spark', viewBox: `0 0 ${Width} ${Height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' }, area, line, open);

  return {
    element,
    draw(values: readonly (number | null)[], isOpen: boolean) {
      const known = values.flatMap((value, index) => (value === null ? [] : [{ value, index }]));
      element.style.visibility = known.length < 2 ? 'hidden' : '';
      if (known.length < 2) return;
      const high = Math.max(...known.map((point) => point.value));
      const low = floorOf(Math.min(...known.map((point) => point.value)), high);
      const x = (index: number) => (index / (values.length - 1)) * Width;
      const y = (value: number) => Height - 2 - ((value - low) / (high - low || 1)) * (Height - 4);
      const points = known.map((point) => `${x(point.index).toFixed(1)} ${y(point.value).toFixed(1)}`);
      const closed = isOpen ? points.slice(0, -1) : points;
      line.setAttribute('d', closed.length > 0 ? `M${closed.join('L')}` : '');
      open.setAttribute('d', isOpen ? `M${points.slice(-2).join('L')}` : '');
      area.setAttribute('d', `M${x(known[0]!.index)} ${Height}L${points.join('L')}L${x(known.at(-1)!.index)} ${Height}Z`);
    },
  };
}

/** Zero where the values fall near it; otherwise a little under the least, so that a small movement can be seen. */
const floorOf = (least: number, largest: number): number => (least >= 0 && least < largest / 2 ? 0 : least - (largest - least) * 0.4);
