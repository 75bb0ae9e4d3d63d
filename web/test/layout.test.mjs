import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure } from '../.test/graph/geometry.js';
import { layOut } from '../.test/graph/layout.js';
import { packRows } from '../.test/state/pack.js';

const graph = (text) => text.split(' ').map((one) => {
  const [id, inputs] = one.split('<');
  return { id, inputs: inputs ? inputs.split(',') : [] };
});
const layersOf = (text) => layOut(graph(text)).layers.map((layer) => layer.filter((slot) => !slot.bend).map((slot) => slot.id));

test('a node stands one layer after the last of its inputs', () => {
  assert.deepEqual(layersOf('a b<a c<a,b'), [['a'], ['b'], ['c']]);
});

test('an edge that passes a layer bends there', () => {
  const { bends } = layOut(graph('a b<a c<a,b'));
  assert.equal(bends.get('a>c').length, 1);
  assert.equal(bends.get('a>b').length, 0);
});

test('crossings that can be avoided are', () => {
  assert.deepEqual(layersOf('a b x<b y<a'), [['a', 'b'], ['y', 'x']]);
});

test('a circle and an unknown input do no harm', () => {
  assert.equal(layersOf('a<b b<a c<nowhere').flat().length, 3);
  assert.deepEqual(layOut([]).layers, []);
});

test('nodes never lie on each other, in either direction', () => {
  const layout = layOut(graph('a b c d<a,b e<c f<d,e,a g<d h<g,c i<f j<f k<i,a'));
  for (const direction of ['right', 'down']) {
    const { corners, box } = measure(layout, { width: 200, height: 70 }, direction);
    const all = [...corners.values()];
    for (const one of all) {
      assert.ok(one.x >= 0 && one.y >= 0 && one.x + 200 <= box.width && one.y + 70 <= box.height);
      for (const other of all) if (one !== other) assert.ok(Math.abs(one.x - other.x) >= 200 || Math.abs(one.y - other.y) >= 70);
    }
  }
});

test('rows of tiles are filled to the edge', () => {
  assert.deepEqual(packRows([1, 2, 1], 4), [3, 6, 3]);
  assert.deepEqual(packRows([1, 1, 1], 4), [4, 4, 4]);
  assert.deepEqual(packRows([3, 2], 4), [12, 12]);
  assert.deepEqual(packRows([4, 1], 2), [12, 12]);
  assert.deepEqual(packRows([], 4), []);
});

test('every row of every mix is twelve units wide', () => {
  for (let mix = 0; mix < 4 ** 5; mix++) {
    const widths = [0, 1, 2, 3, 4].map((place) => (Math.floor(mix / 4 ** place) % 4) + 1);
    const total = packRows(widths, 4).reduce((sum, span) => sum + span, 0);
    assert.equal(total % 12, 0, String(widths));
  }
});
