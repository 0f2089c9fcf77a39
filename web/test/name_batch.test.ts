import assert from 'node:assert/strict';
import test from 'node:test';
import { NameBatch, namesInWords } from '../src/name_batch';

/** A batch whose time passes when `pass` is called. */
function batch(undone = 'left') {
  const told: string[] = [];
  const waiting: Array<() => void> = [];
  const names = new NameBatch((sentence) => told.push(sentence), 'joined',
    undone, (run) => waiting.push(run));
  const pass = () => {
    for (const run of waiting.splice(0)) run();
    return told.splice(0);
  };
  return { names, pass, waiting };
}

test('names are counted from three on', () => {
  assert.equal(namesInWords(['Anna']), 'Anna');
  assert.equal(namesInWords(['Anna', 'Ben']), 'Anna and Ben');
  assert.equal(namesInWords(['Anna', 'Ben', 'Cyn', 'Dan']),
    'Anna and 3 others');
});

test('all who join within a moment are told in one sentence', () => {
  const { names, pass, waiting } = batch();
  ['Anna', 'Ben', 'Cyn', 'Dan'].forEach((name) => names.add(name, name));
  assert.equal(waiting.length, 1);
  assert.deepEqual(pass(), ['Anna and 3 others joined']);
  assert.deepEqual(pass(), []);
});

test('two people of one name are two', () => {
  const { names, pass } = batch();
  names.add('1', 'Anna');
  names.add('2', 'Anna');
  assert.deepEqual(pass(), ['Anna and Anna joined']);
});

test('a person that leaves and returns at once is not told', () => {
  const { names, pass } = batch();
  names.undo('1', 'Anna');
  names.add('1', 'Anna');
  names.add('2', 'Ben');
  names.undo('2', 'Ben');
  assert.deepEqual(pass(), []);
});

test('those who joined are told before those who left', () => {
  const { names, pass } = batch();
  names.undo('1', 'Anna');
  names.add('2', 'Ben');
  assert.deepEqual(pass(), ['Ben joined', 'Anna left']);
});

test('an opposite without a word is not told', () => {
  const { names, pass } = batch('');
  names.undo('1', 'Anna');
  assert.deepEqual(pass(), []);
});

test('what is forgotten is not told', () => {
  const { names, pass } = batch();
  names.add('1', 'Anna');
  names.forget();
  assert.deepEqual(pass(), []);
  names.add('2', 'Ben');
  assert.deepEqual(pass(), ['Ben joined']);
});
