import type { Theme } from '../state/settings.ts';
import { announce } from './announce.ts';
import { choose, type App } from './app.ts';
import { h } from './dom.ts';
import { icon } from './icons.ts';

const NextTheme: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const ThemeNames: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' };
const ThemeIcons = { system: 'system', light: 'sun', dark: 'moon' } as const;

/** Stops and starts the moving of the page; the pipeline runs on. */
export function pauseButton(app: App): HTMLElement {
  const button = h('button', { type: 'button', class: 'button pause-button' });
  let drawn: boolean | null = null;
  const draw = () => {
    const state = app.live.pipeline?.state;
    button.hidden = !app.live.paused && (state === 'finished' || state === 'failed');
    if (drawn === app.live.paused) return;
    drawn = app.live.paused;
    button.replaceChildren(icon(app.live.paused ? 'play' : 'pause'), h('span', {}, app.live.paused ? 'Resume' : 'Pause'));
    button.title = app.live.paused ? 'Show live data again' : 'Hold the page still; the pipeline runs on';
    button.classList.toggle('is-on', app.live.paused);
  };
  button.addEventListener('click', () => app.live.setPaused(!app.live.paused));
  app.live.on(['connection', 'pipeline'], draw);
  draw();
  return button;
}

/** UTC or the time of the reader's place. */
export function zoneButton(app: App): HTMLElement {
  const button = h('button', { type: 'button', class: 'button' });
  const draw = () => {
    const utc = app.settings.zone === 'utc';
    button.replaceChildren(icon('clock'), h('span', {}, utc ? 'UTC' : 'Local'));
    button.setAttribute('aria-label', `Times in ${utc ? 'UTC' : 'local time'}: switch to ${utc ? 'local time' : 'UTC'}`);
    button.title = utc ? 'Times are in UTC' : `Times are in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  };
  button.addEventListener('click', () => {
    choose(app, { zone: app.settings.zone === 'utc' ? 'local' : 'utc' });
    announce(`Times in ${app.settings.zone === 'utc' ? 'UTC' : 'local time'}`);
  });
  app.live.on(['settings'], draw);
  draw();
  return button;
}

/** The theme: as the system, light, dark. */
export function themeButton(app: App): HTMLElement {
  const button = h('button', { type: 'button', class: 'icon-button' });
  const draw = () => {
    const { theme } = app.settings;
    button.replaceChildren(icon(ThemeIcons[theme]));
    button.setAttribute('aria-label', `Theme ${ThemeNames[theme]}: switch to ${ThemeNames[NextTheme[theme]]}`);
    button.title = `Theme: ${ThemeNames[theme]}`;
  };
  button.addEventListener('click', () => {
    choose(app, { theme: NextTheme[app.settings.theme] });
    announce(`Theme ${ThemeNames[app.settings.theme]}`);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => app.live.touch('settings'));
  app.live.on(['settings'], draw);
  draw();
  return button;
}
