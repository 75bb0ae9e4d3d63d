import { announce } from './announce.ts';
import type { App } from './app.ts';
import { h, setText } from './dom.ts';
import { icon } from './icons.ts';

type Health = 'live' | 'paused' | 'waiting' | 'lost' | 'finished' | 'failed';

const Words: Record<Health, string> = { live: 'Live', paused: 'Paused', waiting: 'Starting', lost: 'Reconnecting', finished: 'Finished', failed: 'Failed' };

function healthOf({ live }: App): Health {
  if (live.connection === 'lost' && !live.paused) return 'lost';
  const state = live.pipeline?.state;
  if (state === 'failed' || state === 'finished') return state;
  if (live.paused) return 'paused';
  return state === 'running' && live.connection === 'open' ? 'live' : 'waiting';
}

/** The pill that says whether what is seen is live. A change is announced once. */
export function statusPill(app: App): HTMLElement {
  const text = h('span', {}, Words.waiting);
  const element = h('p', { class: 'status' }, h('span', { class: 'status-dot', 'aria-hidden': 'true' }), text);
  let last: Health | null = null;
  const draw = () => {
    const health = healthOf(app);
    if (health === last) return;
    if (last !== null) announce(`Status: ${Words[health]}`);
    last = health;
    element.dataset['health'] = health;
    setText(text, Words[health]);
  };
  app.live.on(['pipeline', 'connection'], draw);
  draw();
  return element;
}

/** A banner over the page: the connection is lost, or the pipeline has failed and why. */
export function banner(app: App): HTMLElement {
  const title = h('strong');
  const text = h('span');
  const element = h('div', { class: 'banner', hidden: true }, icon('alert'), h('p', {}, title, ' ', text));
  const draw = () => {
    const health = healthOf(app);
    element.hidden = health !== 'lost' && health !== 'failed';
    element.dataset['health'] = health;
    setText(title, health === 'lost' ? 'The connection is lost.' : 'The pipeline has failed.');
    const error = app.live.pipeline?.error ?? 'See the log of millrace for the reason.';
    setText(text, health === 'lost' ? 'What you see is the last state that arrived; the page reconnects by itself.' : `${error} The results up to then stay here.`);
  };
  app.live.on(['pipeline', 'connection'], draw);
  return element;
}
