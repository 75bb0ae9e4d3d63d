import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowStore } from '../.test/state/rows.js';
import { linesOf } from '../.test/state/series.js';
import { isOpen, newestWindow, stepOf, timesOf, windowColumn } from '../.test/state/windows.js';

const at = (hour) => `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`;

function storeOf(rows, watermark = null) {
  const store = new RowStore();
  const columns = [{ name: 'window_start', type: 'TIMESTAMP' }, { name: 'country', type: 'TEXT' }, { name: 'revenue', type: 'DECIMAL(38,3)' }];
  store.applySnapshot({ version: 1, columns, key: ['window_start', 'country'], append: false, watermark, rows });
  return store;
}

const columns = { x: 0, y: 2, series: 1 };

test('rows become one line a series, the largest first', () => {
  const lines = linesOf(storeOf([[at(1), 'UK', '1.5'], [at(0), 'UK', '2'], [at(0), 'FR', '9'], [at(1), 'FR', '8']]), columns, 'revenue', 8);
  assert.deepEqual(lines.series, [{ name: 'FR', values: [9, 8] }, { name: 'UK', values: [2, 1.5] }]);
  assert.equal(lines.step, 3_600_000);
});

test('a window without a row is a gap, not a zero', () => {
  const lines = linesOf(storeOf([[at(0), 'UK', '1'], [at(1), 'UK', '1'], [at(5), 'UK', '2']]), columns, 'revenue', 8);
  assert.deepEqual(lines.series[0].values, [1, 1, null, 2]);
});

test('series beyond the most are counted, not drawn', () => {
  const lines = linesOf(storeOf([[at(0), 'a', '1'], [at(0), 'b', '2'], [at(0), 'c', '3']]), columns, 'revenue', 2);
  assert.deepEqual(lines.series.map((one) => one.name), ['c', 'b']);
  assert.equal(lines.hidden, 1);
});

test('windows whose end is past the watermark are open', () => {
  const rows = [[at(0), 'UK', '1'], [at(1), 'UK', '1'], [at(2), 'UK', '1']];
  assert.equal(linesOf(storeOf(rows, at(2)), columns, 'revenue', 8).openFrom, 2);
  assert.equal(linesOf(storeOf(rows, at(3)), columns, 'revenue', 8).openFrom, 3);
  assert.equal(linesOf(storeOf(rows, null), columns, 'revenue', 8).openFrom, 0);
});

test('a window that ends at the watermark is closed', () => {
  assert.equal(isOpen(Date.parse(at(1)), at(1)), false);
  assert.equal(isOpen(Date.parse(at(1)) + 1, at(1)), true);
});

test('the window column is the one asked for, window_start, or a time of the key', () => {
  const store = storeOf([[at(0), 'UK', '1']]);
  assert.equal(windowColumn(store), 0);
  assert.equal(windowColumn(store, 'country'), 0);
  assert.deepEqual(timesOf(store, 0), [Date.parse(at(0))]);
});

test('the step is the smallest distance', () => {
  assert.equal(stepOf([0, 10, 15, 40]), 5);
  assert.equal(stepOf([3]), null);
});

test('of windows that overlap the newest is the one that ends next; of others the last', () => {
  const columns = [{ name: 'window_start', type: 'TIMESTAMP' }, { name: 'window_end', type: 'TIMESTAMP' }];
  const newest = (hours, size) => {
    const store = new RowStore();
    store.applySnapshot({ version: 1, columns, key: ['window_start'], append: false, watermark: null, rows: hours.map((hour) => [at(hour), at(hour + size)]) });
    return newestWindow(store, 0, timesOf(store, 0));
  };
  assert.equal(newest([0, 1, 2, 3, 4], 3), Date.parse(at(2)));
  assert.equal(newest([3, 4], 3), Date.parse(at(4)));
  assert.equal(newest([0, 1, 2], 1), Date.parse(at(2)));
  assert.equal(newest([], 1), null);
});
