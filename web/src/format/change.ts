import { formatNumber } from './numbers.ts';

export interface Change {
  direction: 'up' | 'down' | 'same' | 'unknown';
  /** With sign, e.g. `+12.4%`. */
  amount: string;
  /** In words, e.g. `higher than the previous hour`. */
  words: string;
}

/**
 * How a value compares with the one of the period before, in sign and words; an open window is said to be so far only.
 * Shares differ in percentage points.
 */
export function compare(now: number | null, before: number | null, period: string, open: boolean, format: string | null = null): Change {
  const than = `the previous ${period}${open ? ', so far' : ''}`;
  if (now === null || before === null) return { direction: 'unknown', amount: '', words: `no previous ${period} yet` };
  if (now === before) return { direction: 'same', amount: '±0', words: `same as ${than}` };
  const near = Math.abs(now - before) < Math.abs(before) * 0.0005;
  if (near) return { direction: 'same', amount: '±0', words: `about the same as ${than}` };
  const direction = now > before ? 'up' : 'down';
  const words = `${direction === 'up' ? 'above' : 'below'} ${than}`;
  const sign = direction === 'up' ? '+' : '−';
  if (format === 'percent') return { direction, amount: `${sign}${formatNumber(Math.abs(now - before) * 100)} points`, words };
  const share = before === 0 ? Infinity : Math.abs((now - before) / before);
  const readable = share < 10 && Math.sign(now) * Math.sign(before) > 0;
  return { direction, amount: sign + (readable ? formatNumber(share, 'percent') : formatNumber(Math.abs(now - before))), words };
}
