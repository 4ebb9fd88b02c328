// What comes and goes with each connection: in order, and gone at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkedList } from '../../dist/server/linked-list.js';

const listOf = (...names: string[]) => {
  const list = new LinkedList<{ name: string }>();
  return { list, places: names.map((name) => list.add({ name })) };
};
const namesIn = (list: Iterable<{ name: string }>) => [...list].map(({ name }) => name).join('');

for (const [gone, left] of [
  [[], 'abc'],
  [[0], 'bc'],
  [[1], 'ac'],
  [[2], 'ab'],
  [[2, 0], 'b'],
  [[1, 1], 'ac'],
  [[0, 1, 2], ''],
] as [number[], string][]) {
  test(`of three, without ${gone.join(' and ') || 'none'}, ${left || 'nobody'} is left`, () => {
    const { list, places } = listOf('a', 'b', 'c');
    for (const index of gone) places[index]?.remove();
    assert.equal(namesIn(list), left);
    list.add({ name: 'd' });
    assert.equal(namesIn(list), `${left}d`);
  });
}

test('who goes while they are gone through is passed over, and who comes is not met', () => {
  const { list, places } = listOf('a', 'b', 'c', 'd');
  const met: string[] = [];
  for (const { name } of list) {
    met.push(name);
    if (name === 'b') for (const index of [0, 1, 2]) places[index]?.remove();
    if (name === 'b') list.add({ name: 'e' });
  }
  assert.equal(met.join(''), 'abd');
  assert.equal(namesIn(list), 'de');
});
