import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellText, compareValues } from '../.test/format/cells.js';
import { compare } from '../.test/format/change.js';
import { formatBytes, formatExact, formatNumber, toNumber } from '../.test/format/numbers.js';
import { formatCell, isEnd, formatLag, formatTick, formatWindow, milliseconds, periodName } from '../.test/format/times.js';

const point = formatNumber(1.5).charAt(1);
const digits = (text) => text.replace(/[^\d]/g, '');

test('a decimal keeps every digit', () => {
  const exact = '12345678901234567890123456789.120';
  assert.equal(digits(formatExact(exact)), digits(exact));
  assert.ok(formatExact('0.500').endsWith(`${point}500`));
  assert.equal(formatExact('-7'), '−7');
  assert.equal(formatExact('NaN'), 'NaN');
});

test('a value that is no number is drawn as nothing', () => {
  assert.equal(toNumber('12.5'), 12.5);
  for (const value of [null, undefined, '', 'NaN', 'Infinity', true]) assert.equal(toNumber(value), null);
});

test('cells show NULL and text as they are', () => {
  assert.equal(cellText(null, { name: 'a', type: 'TEXT' }, 'utc'), 'NULL');
  assert.equal(cellText('12', { name: 'a', type: 'TEXT' }, 'utc'), '12');
  assert.equal(cellText('2026-01-01T00:00:00.000001Z', { name: 'a', type: 'TIMESTAMP' }, 'utc'), '2026-01-01 00:00:00.000001');
});

test('numbers sort by size to the last digit, NULL last', () => {
  const type = 'DECIMAL(38,3)';
  assert.ok(compareValues('9.000', '10.000', type) < 0);
  assert.ok(compareValues('12345678901234567890.001', '12345678901234567890.002', type) < 0);
  assert.ok(compareValues('-12345678901234567890.001', '-12345678901234567890.002', type) > 0);
  assert.equal(compareValues('1.0', '1.00', type), 0);
  assert.ok(compareValues(null, '-1', type) > 0);
});

test('times in UTC', () => {
  const start = Date.parse('2026-03-02T23:00:00Z');
  assert.equal(formatCell('2026-03-02T23:00:00Z', 'utc'), '2026-03-02 23:00:00');
  assert.match(formatWindow(start, 3_600_000, 'utc'), /23:00–00:00$/);
  assert.doesNotMatch(formatWindow(start, 86_400_000, 'utc'), /:/);
  assert.equal(milliseconds('no time'), null);
  assert.equal(isEnd(milliseconds('9999-12-31T23:59:59.999999Z')), true);
  assert.equal(isEnd(start), false);
});

test('only the first tick of a day carries its date', () => {
  const noon = Date.parse('2026-03-02T12:00:00Z');
  assert.match(formatTick(noon, null, 3_600_000, 'utc'), /^12:00\n/);
  assert.equal(formatTick(noon, noon - 3_600_000, 3_600_000, 'utc'), '12:00');
});

test('periods and lags in words', () => {
  assert.equal(periodName(3_600_000), 'hour');
  assert.equal(periodName(300_000), '5 minutes');
  assert.equal(periodName(null), 'period');
  assert.equal(formatLag(850), '850 ms');
  assert.equal(formatLag(12_300), '12 s');
  assert.equal(formatLag(7_200_000), '2 h');
  assert.equal(formatLag(-7_200_000), '2 h ahead');
});

test('sizes in bytes', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(digits(formatBytes(48_300_000)), '483');
});

test('a change says sign, amount and words', () => {
  assert.deepEqual(compare(110, 100, 'hour', false).direction, 'up');
  assert.match(compare(110, 100, 'hour', false).amount, /^\+10/);
  assert.equal(compare(90, 100, 'hour', true).words, 'below the previous hour, so far');
  assert.match(compare(90, 100, 'hour', false).amount, /^−10/);
  assert.equal(compare(1, null, 'hour', false).direction, 'unknown');
  assert.equal(compare(100.01, 100, 'hour', false).words, 'about the same as the previous hour');
  assert.match(compare(0.026, 0.025, 'hour', false, 'percent').amount, /points$/);
});

test('a change from nothing or across zero is an amount, not a share', () => {
  assert.equal(compare(5, 0, 'hour', false).amount, '+5');
  assert.equal(compare(5, -5, 'hour', false).amount, '+10');
});
