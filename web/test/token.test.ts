import assert from 'node:assert/strict';
import test from 'node:test';
import { firstTrip, signInAddress } from '../src/sign_in';
import {
  hasExpired, onlyRoom, readToken, roomOf, takeToken, TokenKeeper,
  type TokenFacts,
} from '../src/token';

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function token(claims: unknown): string {
  return `${encode({ alg: 'HS256' })}.${encode(claims)}.c2lnbmF0dXJl`;
}

function facts(claims: object): TokenFacts {
  return readToken(token(claims))!;
}

test('a token is taken out of the address, from query or fragment', () => {
  const taken = (rest: string) => takeToken(`https://meet.example${rest}`);
  assert.deepEqual(taken('/?room=daily#token=a.b.c'),
    { token: 'a.b.c', address: '/?room=daily' });
  assert.deepEqual(taken('/in/?room=d%C3%A4y&token=a.b.c&codec=vp9'),
    { token: 'a.b.c', address: '/in/?room=d%C3%A4y&codec=vp9' });
  assert.deepEqual(taken('/?token=old#token=new'),
    { token: 'new', address: '/' });
  assert.deepEqual(taken('/?token=a#chat'), { token: 'a', address: '/#chat' });
  assert.deepEqual(taken('/?token='), { token: '', address: '/' });
  assert.deepEqual(taken('/?room=daily'),
    { token: '', address: '/?room=daily' });
});

test('a token is kept for the tab, and a new one replaces it', () => {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => { items.set(key, value); },
  };
  const before = new TokenKeeper(storage);
  assert.equal(before.token, '');
  before.keep('one');
  assert.equal(new TokenKeeper(storage).token, 'one');
  before.keep('two');
  assert.equal(before.token, 'two');
  assert.equal(new TokenKeeper(storage).token, 'two');
});

test('a browser that keeps nothing has the token until it leaves', () => {
  const broken = {
    getItem(): string { throw new Error('denied'); },
    setItem(): void { throw new Error('denied'); },
  };
  for (const storage of [broken, undefined]) {
    const keeper = new TokenKeeper(storage);
    keeper.keep('one');
    assert.equal(keeper.token, 'one');
  }
});

test('the page shows what a token says', () => {
  assert.deepEqual(
    facts({ user: 'ann', name: 'Änn 李', room: ['daily', 'b'], exp: 100 }),
    { user: 'ann', name: 'Änn 李', rooms: ['daily', 'b'], expires: 100,
      record: undefined });
  assert.deepEqual(facts({ sub: 'ann', room: 'daily' }),
    { user: 'ann', name: '', rooms: ['daily'], expires: undefined,
      record: undefined });
});

test('a text that is no token says nothing', () => {
  for (const text of ['', 'a', 'a.b.c', '..', `x.${encode(5)}.x`,
    `x.${encode(null)}.x`, 'x.%%.x', `x.${encode({}).slice(1)}.x`]) {
    assert.equal(readToken(text), undefined, text);
  }
  assert.deepEqual(facts({ user: 5, name: {}, room: [7, 'a'], exp: 'soon' }),
    { user: '', name: '', rooms: ['a'], expires: undefined,
      record: undefined });
});

test('a room is spelt as the token spells it', () => {
  const daily = facts({ user: 'ann', room: ['Daily', 'Team Room', '🎭'] });
  assert.equal(roomOf('daily', daily), 'Daily');
  assert.equal(roomOf('DAILY', daily), 'Daily');
  assert.equal(roomOf('team-room', daily), 'Team Room');
  assert.equal(roomOf('🎭', daily), '🎭');
  assert.equal(roomOf('Other', daily), 'other');
  assert.equal(roomOf('🎈', daily), '');
  assert.equal(roomOf('Daily', facts({ user: 'ann', room: '*' })), 'daily');
  assert.equal(roomOf('*', facts({ user: 'ann', room: '*' })), '');
  assert.equal(roomOf('Daily', undefined), 'daily');
});

test('an address without a room opens the only room of the token', () => {
  assert.equal(onlyRoom(facts({ user: 'ann', room: 'Daily' })), 'Daily');
  assert.equal(onlyRoom(facts({ user: 'ann', room: ['a', 'b'] })), '');
  assert.equal(onlyRoom(facts({ user: 'ann', room: '*' })), '');
  assert.equal(onlyRoom(undefined), '');
});

test('a token may let record, or forbid it, or leave it to hosts', () => {
  assert.deepEqual([{ record: true }, { record: false }, {}, { record: 1 }]
    .map((claims) => facts(claims).record), [true, false, undefined, undefined]);
});

test('a token expires at its time', () => {
  const some = facts({ user: 'ann', room: 'r', exp: 100 });
  assert.equal(hasExpired(some, 99_999), false);
  assert.equal(hasExpired(some, 100_000), true);
  assert.equal(hasExpired(facts({ user: 'ann', room: 'r' }), 1e15), false);
  assert.equal(hasExpired(undefined, 1e15), false);
});

test('the sign-in gets the address to come back to', () => {
  const back = 'https://meet.example/?room=a&b';
  assert.equal(signInAddress('https://login.example/in?for=troupe', back),
    'https://login.example/in?for=troupe&return=' +
    'https%3A%2F%2Fmeet.example%2F%3Froom%3Da%26b');
  assert.equal(signInAddress('https://x/?return=https://evil.example', back),
    `https://x/?return=${encodeURIComponent(back)}`);
  assert.ok(signInAddress('http://localhost:8080/', back));
  assert.ok(signInAddress('http://127.0.0.1/', back));
  assert.ok(signInAddress('http://[::1]:80/', back));
});

test('the page goes to no sign-in that is not secure', () => {
  for (const bad of ['http://login.example', 'javascript:alert(1)', '/in', '',
    'https://ann@login.example', 'http://127.0.0.1.example', 'data:,x',
    'ftp://localhost/']) {
    assert.equal(signInAddress(bad, 'https://meet.example/'), undefined, bad);
  }
});

test('the page goes to the sign-in by itself once in a tab', () => {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => { items.set(key, value); },
  };
  assert.equal(firstTrip(storage), true);
  assert.equal(firstTrip(storage), false);
  // Without storage it could go there for ever.
  assert.equal(firstTrip(undefined), false);
});
