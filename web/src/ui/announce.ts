import { h, setText } from './dom.ts';

const region = h('div', { class: 'sr-only', role: 'status', 'aria-live': 'polite' });

/** The one polite live region of the page; the shell puts it into the document. */
export const announcer = region;

/** Tells a screen reader about something the reader did or that changed the state of the page; never about moving numbers. */
export function announce(text: string): void {
  setText(region, text);
}
