import type { Value } from '../api/types.ts';
import { scaleOf } from './types.ts';

/** A value as a number to draw, null where it is none. The exact digits of a DECIMAL stay with the text. */
export function toNumber(value: Value | undefined): number | null {
  if (value === null || value === undefined || value === '' || typeof value === 'boolean') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.NumberFormat(undefined, options)));
  return made;
}

/** The format of a column that a tile gives none: a DECIMAL shows two of its digits always, so that columns line up. */
export const formatOf = (asked: string | null, type: string | undefined): string | null =>
  asked ?? ((scaleOf(type ?? '') ?? 0) >= 2 ? 'currency' : null);

/** A format of a tile: `currency` shows two decimals and no symbol, `currency:EUR` the currency's own. */
function optionsOf(name: string | null): Intl.NumberFormatOptions {
  if (name === 'percent') return { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 };
  if (name === 'currency') return { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const currency = /^currency:([A-Z]{3})$/.exec(name ?? '')?.[1];
  if (currency) return { style: 'currency', currency };
  return { maximumFractionDigits: 2 };
}

/** A number for reading, e.g. `12,345.60`. */
export const formatNumber = (value: number, name: string | null = null): string => format(optionsOf(name)).format(value);

/** A number where room is short, e.g. `1.2M`. */
export function formatCompact(value: number, name: string | null = null): string {
  if (name === 'percent') return format({ style: 'percent', maximumFractionDigits: 1 }).format(value);
  const options: Intl.NumberFormatOptions = { notation: 'compact', maximumFractionDigits: Math.abs(value) < 1000 ? 2 : 1 };
  const currency = /^currency:([A-Z]{3})$/.exec(name ?? '')?.[1];
  return format(currency ? { ...options, style: 'currency', currency } : options).format(value);
}

/** A kpi's number: whole while it fits, compact beyond a hundred million. */
export const formatHeadline = (value: number, name: string | null): string =>
  Math.abs(value) < 1e8 ? formatNumber(value, name) : formatCompact(value, name);

export const formatCount = (value: number): string => format({ maximumFractionDigits: 0 }).format(value);

export const formatShare = (part: number, whole: number): string =>
  whole === 0 ? '–' : format({ style: 'percent', maximumFractionDigits: part > 0 && part / whole < 0.01 ? 2 : 1 }).format(part / whole);

/** Rows per second; fractions only below ten. */
export const formatRate = (value: number): string => format({ maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);

const ByteUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(ByteUnits.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${format({ maximumFractionDigits: power === 0 ? 0 : 1 }).format(bytes / 1000 ** power)} ${ByteUnits[power]}`;
}

/** All digits of an exact number that came as text, grouped for reading; `12340.500` stays `12,340.500`. */
export function formatExact(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return text;
  const parts = format({ useGrouping: true, minimumFractionDigits: 1 }).formatToParts(1000.5);
  const group = parts.find((part) => part.type === 'group')?.value ?? '';
  const point = parts.find((part) => part.type === 'decimal')?.value ?? '.';
  const whole = match[2]!.replace(/\B(?=(\d{3})+$)/g, group);
  return `${match[1] ? '−' : ''}${whole}${match[3] ? point + match[3] : ''}`;
}
