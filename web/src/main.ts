import { getDashboards } from './api/client.ts';
import type { Dashboard } from './api/types.ts';
import { Live } from './state/live.ts';
import { loadSettings } from './state/settings.ts';
import { applyTheme, type App } from './ui/app.ts';
import { h } from './ui/dom.ts';
import { hashOf, shell } from './ui/shell.ts';
import { dashboardView } from './views/dashboard.ts';
import { pipelineView } from './views/pipeline.ts';
import { sqlView } from './views/sql.ts';
import type { View } from './views/view.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/tiles.css';
import './styles/charts.css';
import './styles/tables.css';
import './styles/pipeline.css';
import './styles/sql.css';

const RetryMs = 2000;

const app: App = { live: new Live(), settings: loadSettings() };
const frame = shell(app);
let dashboards: Dashboard[] = [];
let view: View | null = null;

function viewOf(hash: string): { view: View; current: string } {
  if (hash === '#/pipeline') return { view: pipelineView(app), current: hash };
  if (hash === '#/sql') return { view: sqlView(), current: hash };
  const dashboard = dashboards.find((one) => hashOf(one) === hash) ?? dashboards[0];
  return dashboard ? { view: dashboardView(dashboard, app), current: hashOf(dashboard) } : { view: nothing(), current: '' };
}

const nothing = (): View => ({
  element: h('div', { class: 'view' }, h('h1', { tabindex: -1 }, 'No dashboard'), h('p', {}, 'The SQL file has no materialized view. Add a CREATE MATERIALIZED VIEW and its rows are charted here.')),
  title: 'No dashboard',
  follows: [],
  close: () => {},
});

function show(): void {
  view?.close();
  const next = viewOf(location.hash);
  view = next.view;
  document.title = `${view.title} · Millrace`;
  frame.drawLinks(dashboards, next.current);
  frame.main.replaceChildren(view.element);
  app.live.follow(view.follows);
}

async function start(): Promise<void> {
  try {
    dashboards = await getDashboards();
    show();
  } catch (error) {
    frame.main.replaceChildren(h('div', { class: 'view' }, h('h1', { tabindex: -1 }, 'Waiting for Millrace'), h('p', { class: 'facts' }, `${(error as Error).message}. Trying again.`)));
    window.setTimeout(() => void start(), RetryMs);
  }
}

applyTheme(app.settings.theme);
document.querySelector('#app')!.replaceWith(frame.element);
app.live.onRestart = () => void start();
window.addEventListener('hashchange', () => {
  window.scrollTo(0, 0);
  show();
  frame.main.querySelector('h1')?.focus();
});
void start();
