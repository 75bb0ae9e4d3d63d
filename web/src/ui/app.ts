import type { Live } from '../state/live.ts';
import { saveSettings, type Settings } from '../state/settings.ts';

/** What every view and tile is given: the live data and the reader's choices. */
export interface App {
  readonly live: Live;
  readonly settings: Settings;
}

/** Applies and remembers a choice; everything that shows times or colours is drawn again. */
export function choose(app: App, change: Partial<Settings>): void {
  Object.assign(app.settings, change);
  saveSettings(app.settings);
  applyTheme(app.settings.theme);
  app.live.touch('settings');
}

export function applyTheme(theme: Settings['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
