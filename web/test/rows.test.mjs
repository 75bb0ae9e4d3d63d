import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowStore } from '../.test/state/rows.js';

const columns = [{ name: 'window_start', type: 'TIMESTAMP' }, { name: 'revenue', type: 'DECIMAL(38,3)' }];
const snapshot = (version, rows, key = ['window_start'], append = false) => ({ version, columns, key, append, watermark: null, rows });
const delta = (version, upserts, deletes = []) => ({ version, watermark: '2026-01-01T01:00:00Z', upserts, deletes });

test('a delta replaces, adds and deletes rows by key', () => {
  const store = new RowStore();
  store.applySnapshot(snapshot(7, [['a', '1.000'], ['b', '2.000']]));
  assert.equal(store.applyDelta(delta(8, [['b', '2.500'], ['c', '3.000']], [['a']])), true);
  assert.deepEqual(store.rows(), [['b', '2.500'], ['c', '3.000']]);
  assert.equal(store.version, 8);
  assert.equal(store.watermark, '2026-01-01T01:00:00Z');
});

test('a delta that is repeated after a break changes nothing', () => {
  const store = new RowStore();
  store.applySnapshot(snapshot(7, [['a', '1.000']]));
  assert.equal(store.applyDelta(delta(7, [['a', '9.000']])), false);
  assert.deepEqual(store.rows(), [['a', '1.000']]);
});

test('a delta before any snapshot is ignored', () => {
  const store = new RowStore();
  assert.equal(store.applyDelta(delta(1, [['a', '1.000']])), false);
  assert.equal(store.loaded, false);
});

test('a snapshot of another run takes the place of everything', () => {
  const store = new RowStore();
  store.applySnapshot(snapshot(900, [['a', '1.000'], ['b', '2.000']]));
  store.applySnapshot(snapshot(1, [['c', '3.000']]));
  assert.deepEqual(store.rows(), [['c', '3.000']]);
  assert.equal(store.version, 1);
});

test('a view of one row keeps the newest', () => {
  const store = new RowStore();
  store.applySnapshot(snapshot(1, [['a', '1.000']], []));
  store.applyDelta(delta(2, [['a', '2.000']]));
  assert.deepEqual(store.rows(), [['a', '2.000']]);
});

test('a view that only appends keeps equal rows apart', () => {
  const store = new RowStore();
  store.applySnapshot(snapshot(1, [['a', '1.000']], [], true));
  store.applyDelta(delta(2, [['a', '1.000']]));
  assert.equal(store.size, 2);
});

test('keys that look alike as text stay apart', () => {
  const store = new RowStore();
  store.applySnapshot(snapshot(1, [['a', null], ['a', 'null']], ['window_start', 'revenue']));
  assert.equal(store.size, 2);
});

test('the oldest rows go when there are too many', () => {
  const store = new RowStore();
  store.applySnapshot(snapshot(1, Array.from({ length: 20_005 }, (_, i) => [String(i), '1']), [], true));
  assert.equal(store.size, 20_000);
  assert.equal(store.rows()[0][0], '5');
});
