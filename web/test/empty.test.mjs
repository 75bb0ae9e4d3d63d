import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upstream, whyEmpty } from '../.test/state/empty.js';

const node = (id, kind, inputs, more = {}) =>
  ({ id, kind, label: id, detail: null, inputs, rowsIn: 100, rowsOut: 100, rowsPerSecond: 1, bytesIn: 0, watermark: null, lagMs: null, late: 0, errors: 0, stateRows: 0, stateBytes: 0, ...more });
const pipeline = (source, view, state = 'running') =>
  ({ version: 1, name: 'p', state, started: '', error: 'disk full', nodes: [node('other', 'source', []), node('orders', 'source', [], source), node('revenue', 'materialized', ['orders'], view)], memory: {}, commits: {} });
const quality = (more = {}, rules = []) =>
  ({ version: 1, sources: [{ source: 'orders', seen: 100, accepted: 0, undecodable: 0, nulled: 0, duplicates: 0, late: 0, deadLetters: 0, rules, ...more }] });
const why = (...inputs) => whyEmpty('revenue', inputs[0], inputs[1] ?? quality(), 'utc');

test('only what feeds the view counts', () => {
  assert.deepEqual(upstream(pipeline(), 'revenue').map((one) => one.id), ['revenue', 'orders']);
});

test('no rows yet', () => {
  assert.match(why(pipeline({ rowsIn: 0 })).text, /orders/);
  assert.equal(why(pipeline({ rowsIn: 0 })).title, 'No rows yet');
  assert.equal(why(pipeline({ rowsIn: 0 }, {}, 'finished')).title, 'No rows came');
});

test('a failed pipeline says its error', () => {
  assert.equal(why(pipeline({}, {}, 'failed')).text, 'disk full');
});

test('a rule that dropped every row is named', () => {
  const rule = { name: 'not_returned', on: 'orders', action: 'DROP ROW', predicate: 'quantity > 0', seen: 100, passed: 0, violated: 100, acted: 100 };
  assert.match(why(pipeline(), quality({}, [rule])).text, /not_returned.*dropped all 100/);
  assert.equal(why(pipeline({}, { watermark: null }), quality({}, [{ ...rule, action: 'WARN' }])).title, 'Waiting for event time');
});

test('bytes that could not be read', () => {
  assert.equal(why(pipeline(), quality({ undecodable: 100 })).title, 'No record could be read');
});

test('rows that were all late', () => {
  assert.equal(why(pipeline({}, { late: 100 })).title, 'Every row came too late');
});

test('a watermark that stands says where', () => {
  assert.match(why(pipeline({}, { watermark: '2026-03-02T10:03:00Z' })).text, /10:03/);
});

test('nothing reaches the view', () => {
  assert.equal(why(pipeline({}, { rowsIn: 0 })).title, 'Nothing reaches this view');
});
