import type { Value } from '../api/types.ts';

/** In which zone times are shown. */
export type Zone = 'utc' | 'local';

const End = Date.parse('9999-12-31T00:00:00Z');

/** Whether a watermark says that its stream has ended. */
export const isEnd = (time: number): boolean => time >= End;

/** The same few thousand window starts are read again with every change. */
const parsed = new Map<string, number>();
const ParsedMost = 50_000;

/** Milliseconds since 1970 of a timestamp of the API, null where the value is none. */
export function milliseconds(value: Value | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  let time = parsed.get(value);
  if (time === undefined) {
    if (parsed.size >= ParsedMost) parsed.clear();
    parsed.set(value, (time = Date.parse(value)));
  }
  return Number.isNaN(time) ? null : time;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(undefined, { ...options, hourCycle: 'h23', ...(zone === 'utc' ? { timeZone: 'UTC' } : {}) });
    formats.set(key, made);
  }
  return made;
}

const Day = 86_400_000;
const Clock = { hour: '2-digit', minute: '2-digit' } as const;
const Seconds = { ...Clock, second: '2-digit' } as const;
const Date_ = { day: 'numeric', month: 'short' } as const;

export const formatDate = (time: number, zone: Zone): string => format(zone, Date_).format(time);
export const formatClock = (time: number, zone: Zone): string => format(zone, time % 60_000 === 0 ? Clock : Seconds).format(time);

/** Date and time to the second, for a watermark or a cursor. */
export const formatMoment = (time: number, zone: Zone): string => `${formatDate(time, zone)} ${formatClock(time, zone)}`;

/** A window in words: `10:00–11:00`, with the date in front; whole days by their date alone. */
export function formatWindow(start: number, step: number | null, zone: Zone): string {
  if (step === null) return formatMoment(start, zone);
  if (step >= Day) return formatDate(start, zone);
  return `${formatDate(start, zone)} ${formatClock(start, zone)}–${formatClock(start + step, zone)}`;
}

/** A cell of a table: sortable at sight, with the fraction only where there is one. */
export function formatCell(text: string, zone: Zone): string {
  const time = milliseconds(text);
  if (time === null) return text;
  const fraction = /\.\d+/.exec(text)?.[0] ?? '';
  if (zone === 'utc') return new Date(time).toISOString().slice(0, 19).replace('T', ' ') + fraction;
  const part = new Map(format(zone, { year: 'numeric', month: '2-digit', day: '2-digit', ...Seconds }).formatToParts(time).map((p) => [p.type, p.value]));
  return `${part.get('year')}-${part.get('month')}-${part.get('day')} ${part.get('hour')}:${part.get('minute')}:${part.get('second')}${fraction}`;
}

/** A label of a time axis whose labels stand `increment` apart; the first of a day carries its date on a second line. */
export function formatTick(time: number, before: number | null, increment: number, zone: Zone): string {
  if (increment >= Day) return formatDate(time, zone);
  const clock = format(zone, increment < 60_000 ? Seconds : Clock).format(time);
  return before === null || formatDate(before, zone) !== formatDate(time, zone) ? `${clock}\n${formatDate(time, zone)}` : clock;
}

const Units: readonly [number, string][] = [
  [7 * Day, 'week'],
  [Day, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

/** A window's length in words: `hour`, `5 minutes`; `period` where it is unknown. */
export function periodName(step: number | null): string {
  if (step === null) return 'period';
  for (const [size, name] of Units) if (step % size === 0) return step === size ? name : `${step / size} ${name}s`;
  return 'period';
}

/** Whether a lag says how far behind the pipeline is: beyond a day it tells the age of old data, and below zero that time is made up. */
export const isMeaningfulLag = (ms: number | null): ms is number => ms !== null && ms >= 0 && ms <= Day;

/** A duration at a glance: `850 ms`, `12 s`, `3 min`, `2 h`, `5 d`; `2 h ahead` where event time is in the future. */
export function formatLag(ms: number): string {
  if (ms < 0) return `${formatLag(-ms)} ahead`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 100_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 6_000_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 2 * Day) return `${Math.round(ms / 3_600_000)} h`;
  return `${new Intl.NumberFormat().format(Math.round(ms / Day))} d`;
}
