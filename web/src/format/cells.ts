import type { Column, Value } from '../api/types.ts';
import { formatExact } from './numbers.ts';
import { formatCell, type Zone } from './times.ts';
import { isNumeric, isTimestamp } from './types.ts';

/** A value as a table shows it: exact digits, never rounded. */
export function cellText(value: Value, column: Column, zone: Zone): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (isNumeric(column.type)) return formatExact(String(value));
  if (isTimestamp(column.type)) return formatCell(String(value), zone);
  return String(value);
}

/** The order of two values of one column: numbers by size, texts by the reader's language, NULL last. */
export function compareValues(a: Value, b: Value, type: string): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (!isNumeric(type)) return isTimestamp(type) ? (a < b ? -1 : a > b ? 1 : 0) : String(a).localeCompare(String(b), undefined, { numeric: true });
  const difference = Number(a) - Number(b);
  return difference !== 0 || Number.isNaN(difference) ? difference || 0 : compareDigits(String(a), String(b));
}

/** Decides between two exact numbers that are equal as doubles. */
function compareDigits(a: string, b: string): number {
  if (a === b) return 0;
  const [wholeA = '', fractionA = ''] = a.replace('-', '').split('.');
  const [wholeB = '', fractionB = ''] = b.replace('-', '').split('.');
  const places = Math.max(fractionA.length, fractionB.length);
  if (!/^\d+$/.test(wholeA + fractionA) || !/^\d+$/.test(wholeB + fractionB)) return 0;
  const left = BigInt(wholeA + fractionA.padEnd(places, '0'));
  const right = BigInt(wholeB + fractionB.padEnd(places, '0'));
  const sign = a.startsWith('-') ? -1 : 1;
  return left < right ? -sign : left > right ? sign : 0;
}
