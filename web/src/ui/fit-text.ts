const context = document.createElement('canvas').getContext('2d')!;

function measure(text: string, font: string): number {
  context.font = font;
  return context.measureText(text).width;
}

const fontOf = (size: number, weight = 400): string => `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;

/** Shortens a text with an ellipsis until it fits into so many pixels. */
export function fitText(text: string, room: number, size = 13, weight = 400): string {
  const font = fontOf(size, weight);
  if (measure(text, font) <= room + 0.5) return text;
  let end = text.length;
  while (end > 1 && measure(`${text.slice(0, end).trimEnd()}…`, font) > room) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}

/** The width of a text in pixels. */
fitText.width = (text: string, size = 13, weight = 400): number => Math.ceil(measure(text, fontOf(size, weight)));
