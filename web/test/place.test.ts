import assert from 'node:assert/strict';
import test from 'node:test';
import { Place, type PlaceLocks, type PlaceStorage } from '../src/place';

/** A tab's sessionStorage, or the copy that a duplicate of the tab gets. */
class Store implements PlaceStorage {
  constructor(readonly items = new Map<string, string>()) {}
  getItem(key: string) { return this.items.get(key) ?? null; }
  setItem(key: string, value: string) { this.items.set(key, value); }
  removeItem(key: string) { this.items.delete(key); }
  duplicate() { return new Store(new Map(this.items)); }
}

/** The locks of one browser, which all its tabs share. */
class Locks implements PlaceLocks {
  #held = new Set<string>();
  async request(
    name: string, _: unknown,
    held: (lock: unknown) => Promise<void> | undefined,
  ): Promise<void> {
    if (this.#held.has(name)) {
      await held(null);
      return;
    }
    this.#held.add(name);
    await held({});
    this.#held.delete(name);
  }
}

/** A lock is free once what was promised about it has been dealt with. */
function gone(...tabs: Place[]): Promise<void> {
  for (const tab of tabs) tab.release();
  return new Promise((resolve) => { setImmediate(resolve); });
}

const answer = { peerId: 'x7', rejoinSecret: 's3cret' };

test('a reload sends the secret of the previous join', async () => {
  const [store, locks] = [new Store(), new Locks()];
  const before = new Place('r', store, locks);
  assert.equal(await before.secret(), undefined);
  await before.keep(answer);
  assert.equal(await before.secret(), 's3cret');
  await gone(before);
  const after = new Place('r', store, locks);
  assert.equal(await after.secret(), 's3cret');
  // And the next one.
  await gone(after);
  assert.equal(await new Place('r', store, locks).secret(), 's3cret');
});

test('a duplicated tab is a member of its own', async () => {
  const [store, locks] = [new Store(), new Locks()];
  const tab = new Place('r', store, locks);
  await tab.keep(answer);
  const copied = store.duplicate();
  const twin = new Place('r', copied, locks);
  assert.equal(await twin.secret(), undefined);
  await twin.keep({ peerId: 'y8', rejoinSecret: 'other' });
  assert.equal(await twin.secret(), 'other');
  // Each comes back as itself.
  await gone(tab, twin);
  assert.equal(await new Place('r', store, locks).secret(), 's3cret');
  assert.equal(await new Place('r', copied, locks).secret(), 'other');
});

test('a secret belongs to one room, and ends when leaving it', async () => {
  const [store, locks] = [new Store(), new Locks()];
  const place = new Place('r', store, locks);
  await place.keep(answer);
  assert.equal(await new Place('s', store, locks).secret(), undefined);
  place.forget();
  await gone(place);
  assert.equal(await new Place('r', store, locks).secret(), undefined);
  assert.equal(store.items.size, 0);
});

test('an answer without a secret changes nothing', async () => {
  const place = new Place('r', new Store(), new Locks());
  await place.keep(answer);
  await place.keep({});
  await place.keep({ peerId: 'x7' });
  assert.equal(await place.secret(), 's3cret');
});

test('a browser without storage works', async () => {
  const broken: PlaceStorage = {
    getItem() { throw new Error('denied'); },
    setItem() { throw new Error('full'); },
    removeItem() { throw new Error('denied'); },
  };
  for (const store of [broken, undefined]) {
    const place = new Place('r', store, undefined);
    assert.equal(await place.secret(), undefined);
    await place.keep(answer);
    assert.equal(await place.secret(), 's3cret');
    place.forget();
  }
  const spoilt = new Store(new Map([['troupe.place.r', '{"peerId":5}']]));
  assert.equal(await new Place('r', spoilt, undefined).secret(), undefined);
});
