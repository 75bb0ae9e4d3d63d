import { s } from './dom.ts';

const Paths = {
  table: 'M2.500 3.500h11v9h-11zM2.500 6.500h11M2.500 9.500h11M6.500 6.500v6',
  chart: 'M2.500 13.500v-11M2.500 13.500h11M5 10.500l2.500-3.500 2.500 2 3.500-5',
  pause: 'M5.500 3.500v9M10.500 3.500v9',
  play: 'M5 3.200v9.600l7.500-4.800z',
  sun: 'M8 5.200a2.800 2.800 0 1 0 0 5.600a2.800 2.800 0 1 0 0-5.600M8 1.500v1.200M8 13.300v1.200M1.500 8h1.200M13.300 8h1.200M3.400 3.400l.900.900M11.700 11.700l.900.900M12.600 3.400l-.900.900M4.300 11.700l-.900.900',
  moon: 'M13.200 9.700A5.600 5.600 0 0 1 6.300 2.800a5.600 5.600 0 1 0 6.900 6.900z',
  system: 'M2.500 3h11v7.500h-11zM6 13.500h4M8 10.500v3',
  clock: 'M8 2.200a5.800 5.800 0 1 0 0 11.600a5.800 5.800 0 1 0 0-11.600M8 4.800v3.400l2.200 1.400',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  close: 'M4 4l8 8M12 4l-8 8',
  empty: 'M1.500 10c2-2.600 4.300-2.600 6.500 0s4.500 2.600 6.500 0M1.500 6c2-2.600 4.300-2.600 6.500 0s4.500 2.600 6.500 0',
  alert: 'M8 2.500l6 10.800h-12zM8 6.500v3M8 11.400v.2',
  sort: 'M8 3.500v9M4.500 9l3.500 3.500 3.500-3.500',
} as const;

export type IconName = keyof typeof Paths;

/** A line icon of 16 units in the colour of its text; always decoration, the name stands beside it. */
export const icon = (name: IconName): SVGSVGElement =>
  s('svg', { class: `icon icon-${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' }, s('path', { d: Paths[name] }));

/** The mark of Millrace: water in a channel. */
export const mark = (): SVGSVGElement =>
  s('svg', { class: 'mark', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    s('path', { d: 'M2.500 7.500c3.200-3.600 6.300-3.600 9.500 0s6.300 3.600 9.500 0' }),
    s('path', { d: 'M2.500 12c3.200-3.600 6.300-3.600 9.500 0s6.300 3.600 9.500 0', opacity: 0.75 }),
    s('path', { d: 'M2.500 16.500c3.200-3.600 6.300-3.600 9.500 0s6.300 3.600 9.500 0', opacity: 0.5 }));
