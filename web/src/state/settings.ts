import type { Zone } from '../format/times.ts';

export type Theme = 'system' | 'light' | 'dark';

export interface Settings {
  theme: Theme;
  zone: Zone;
}

const Key = 'millrace.settings';
const Defaults: Settings = { theme: 'system', zone: 'utc' };

/** What the reader chose, remembered by the browser where it allows that. */
export function loadSettings(): Settings {
  try {
    return { ...Defaults, ...(JSON.parse(localStorage.getItem(Key) ?? '{}') as Partial<Settings>) };
  } catch {
    return { ...Defaults };
  }
}

export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(Key, JSON.stringify(settings));
  } catch {
    // A browser that refuses storage forgets the choice with the page.
  }
}
