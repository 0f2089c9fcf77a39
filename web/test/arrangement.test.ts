import assert from 'node:assert/strict';
import test from 'node:test';
import { arrange, SCREEN, type Scene } from '../src/arrangement';

const names = (count: number) =>
  ['self', ...Array.from({ length: count - 1 }, (_, at) => `p${at + 1}`)];

const scene = (changes: Partial<Scene>): Scene => ({
  people: names(4), hasScreen: false, view: 'grid', pinned: undefined,
  speaker: undefined, page: 0, width: 1280, height: 650, ...changes,
});

test('a grid shows everyone in the same size', () => {
  const { main, places, pages } = arrange(scene({}));
  assert.equal(main, undefined);
  assert.equal(pages, 1);
  const sizes = new Set([...places.values()].map(({ width }) => width));
  assert.equal(places.size, 4);
  assert.equal(sizes.size, 1);
});

test('the speaker view shows the speaker large, all others small', () => {
  const { main, places } = arrange(scene({ view: 'speaker', speaker: 'p3' }));
  assert.equal(main, 'p3');
  assert.equal(places.size, 4);
  const large = places.get('p3')!.width;
  for (const [id, { width }] of places) {
    assert.ok(id === 'p3' || width < large / 2);
  }
});

test('before anyone has spoken, the first of the others is large', () => {
  assert.equal(arrange(scene({ view: 'speaker' })).main, 'p1');
  assert.equal(arrange(scene({ view: 'speaker', speaker: 'gone' })).main, 'p1');
});

test('a single person is not put beside an empty strip', () => {
  const alone = arrange(scene({ people: ['self'], view: 'speaker' }));
  assert.equal(alone.main, undefined);
  assert.equal(alone.places.size, 1);
});

test('a pin goes before a screen, a screen before a speaker', () => {
  const shared = { hasScreen: true, view: 'speaker', speaker: 'p1' } as const;
  assert.equal(arrange(scene(shared)).main, SCREEN);
  const pinned = arrange(scene({ ...shared, pinned: 'p2' }));
  assert.equal(pinned.main, 'p2');
  assert.ok(pinned.places.has(SCREEN), 'the screen is in the strip then');
  assert.equal(arrange(scene({ pinned: 'gone' })).main, undefined);
});

test('the pin of a screen does not outlive it', () => {
  assert.equal(arrange(scene({ pinned: SCREEN })).main, undefined);
});

test('people that do not fit are on further pages, each once', () => {
  for (const view of ['grid', 'speaker'] as const) {
    const people = names(130);
    const seen: string[] = [];
    const first = arrange(scene({ people, view }));
    assert.ok(first.pages > 1);
    assert.ok(first.pager);
    for (let page = 0; page < first.pages; page++) {
      const { places, main } = arrange(scene({ people, view, page }));
      seen.push(...[...places.keys()].filter((id) => id !== main));
      for (const { width, x, y, height } of places.values()) {
        assert.ok(width >= 90);
        assert.ok(x >= -0.01 && x + width <= 1280.01);
        assert.ok(y >= -0.01 && y + height <= 650.01);
      }
    }
    if (first.main) seen.push(first.main);
    assert.deepEqual(seen.sort(), [...people].sort());
  }
});

test('a page that no longer exists becomes the last one', () => {
  const { page, pages } = arrange(scene({ people: names(130), page: 99 }));
  assert.equal(page, pages - 1);
});

test('a phone shows a speaker large and a strip with room for fingers', () => {
  const { places, main } = arrange(scene({
    people: names(12), view: 'speaker', width: 374, height: 600,
  }));
  assert.ok(places.get(main!)!.width > 370);
  for (const [id, { width }] of places) assert.ok(id === main || width >= 92);
});

test('a screen that needs the whole window has it alone', () => {
  const small = { hasScreen: true, width: 304, height: 180 };
  const { places, main, pages, pager } = arrange(scene(small));
  assert.equal(main, SCREEN);
  assert.deepEqual([...places.keys()], [SCREEN]);
  assert.deepEqual([pages, pager], [1, undefined]);
  assert.equal(arrange(scene({ ...small, width: 904 })).places.size > 1, true);
});

test('the speaker stands above one row of the others', () => {
  const { main, places } = arrange(scene({ view: 'speaker', speaker: 'p3' }));
  const large = places.get(main!)!;
  const row = [...places].filter(([id]) => id !== main).map(([, box]) => box);
  assert.equal(large.width, 1280);
  assert.equal(new Set(row.map(({ y }) => y)).size, 1);
  assert.ok(row.every(({ y }) => y >= large.height));
});

test('in the sidebar the others stand beside the large one', () => {
  const { main, places } = arrange(scene({ view: 'sidebar', speaker: 'p3' }));
  const large = places.get(main!)!;
  assert.equal(main, 'p3');
  assert.equal(large.height, 650);
  for (const [id, { x }] of places) assert.ok(id === main || x >= large.width);
});

test('a row has one line on every page, whatever the window', () => {
  for (const [width, height] of [[1280, 650], [374, 600], [900, 420]]) {
    const of = (page: number) => arrange(scene({
      people: names(30), view: 'speaker', width, height, page }));
    for (let page = 0; page < of(0).pages; page++) {
      const { places, main, pager } = of(page);
      const row = [...places].filter(([id]) => id !== main)
        .map(([, box]) => box);
      assert.equal(new Set(row.map(({ y }) => y)).size, 1);
      const free = row.every((box) => box.x + box.width <= pager!.x + 0.01 ||
        box.y + box.height <= pager!.y + 0.01);
      assert.ok(free, 'the pager covers no picture');
    }
  }
});

test('a low window has no room for a row', () => {
  const { places, main } = arrange(scene({
    view: 'speaker', width: 800, height: 240 }));
  assert.equal(places.get(main!)!.height, 240);
});

test('everyone’s page is known', () => {
  const people = names(130);
  const { pages, pageOf } = arrange(scene({ people }));
  for (let page = 0; page < pages; page++) {
    for (const id of arrange(scene({ people, page })).places.keys()) {
      assert.equal(pageOf.get(id), page);
    }
  }
});

test('the more room there is, the fewer pages', () => {
  const pages = (width: number, height: number) =>
    arrange(scene({ people: names(20), width, height })).pages;
  assert.equal(pages(1280, 650), 1);
  assert.ok(pages(374, 500) > 1);
  assert.ok(pages(320, 300) > pages(374, 500));
});

test('a person who is not among the tiles leaves the stage to others', () => {
  const people = ['p1', 'p2'];
  assert.equal(arrange(scene({ people, view: 'speaker' })).main, 'p1');
  assert.equal(arrange(scene({ people: [], view: 'grid' })).places.size, 0);
});
