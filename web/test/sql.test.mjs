import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenize, tokenizeLines } from '../.test/format/sql.js';

const kinds = (sql) => tokenize(sql).filter((token) => token.kind !== 'space').map((token) => token.kind);

test('each piece has its kind', () => {
  assert.deepEqual(kinds("SELECT price, 'it''s' FROM t -- end"), ['keyword', 'name', 'operator', 'text', 'keyword', 'name', 'comment']);
  assert.deepEqual(kinds('"a ""b""" DECIMAL(10,3) 1.5e3'), ['name', 'type', 'operator', 'number', 'operator', 'number', 'operator', 'number']);
});

test('no text is lost, whatever it is', () => {
  let seed = 7;
  const next = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0);
  const pieces = ["'", '"', '--', '/*', '*/', '\n', ' ', 'select', '1.', 'é', '😀', '\u0000', ';', '$', '\t'];
  for (let run = 0; run < 500; run++) {
    const sql = Array.from({ length: next() % 40 }, () => pieces[next() % pieces.length]).join('');
    assert.equal(tokenize(sql).map((token) => token.text).join(''), sql, `seed 7, run ${run}`);
  }
});

test('a comment over several lines colours each of them', () => {
  const lines = tokenizeLines('/* a\nb */ price');
  assert.equal(lines.length, 2);
  assert.deepEqual(lines[1].map((token) => token.kind), ['comment', 'space', 'name']);
});

test('the kinds of a tile are keywords after TILE, and names of columns elsewhere', () => {
  assert.deepEqual(kinds('TILE line'), ['keyword', 'keyword']);
  assert.deepEqual(kinds('line INTEGER'), ['name', 'type']);
});
