// The conference page on a server that wants tokens.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import {
  makeSecret, makeToken, secondsFromNow, serveSignIn,
} from './support/tokens.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const SIZE = { width: 1280, height: 800 };

let keys;
let server;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  keys = await makeSecret();
  server = await TroupeServer.start([...keys.flags, '--auth.jwt-leeway=0']);
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
  await keys?.remove();
});

const tokenOf = (claims) => makeToken(keys.secret,
  { user: 'ann', room: 'daily', exp: secondsFromNow(600), ...claims });

/** Opens an address of the page in a window of its own. */
async function open(address, at = server) {
  const page = await chromium.newWindow();
  await page.setViewport(SIZE);
  await page.goto(`${at.url}${address}`);
  return new PageVisitor(page);
}

/** The page may be on its way to the sign-in or back meanwhile. */
const errorOf = ({ page }) => waitFor('an error in words', () =>
  page.evaluate(() => [...document.querySelectorAll('.form-error')]
    .filter((box) => !box.hidden).map((box) => box.innerText).join('\n'))
    .catch(() => ''));

const nameOf = ({ page }) => page.$eval('#name',
  ({ value, readOnly }) => ({ value, readOnly }));

test('a link with a token opens the room under its name', async () => {
  const token = tokenOf({ name: 'Ann A.' });
  for (const address of [`/?room=daily#token=${token}`,
    `/?token=${token}&room=daily`, `/#token=${token}`]) {
    const ann = await open(address);
    await ann.page.locator('#name').wait();
    assert.equal(ann.page.url().includes('token'), false, ann.page.url());
    assert.deepEqual(await nameOf(ann), { value: 'Ann A.', readOnly: true });
    assert.equal(await ann.page.$eval('#room', ({ value }) => value), 'daily');
    await ann.join();
    assert.equal(ann.page.url(), `${server.url}/?room=daily`);
    await ann.page.close();
  }
});

test('the others see the name of the token; a reload keeps it', async () => {
  const link = `/?room=daily#token=${tokenOf({ name: 'Ann A.' })}`;
  const ann = await open(link);
  await ann.join();
  const bob = await open(
    `/?room=daily#token=${tokenOf({ user: 'bob', room: '*' })}`);
  assert.match(await bob.page.$eval('.field-note', (note) => note.innerText),
    /invited as bob/);
  assert.equal((await nameOf(bob)).readOnly, false);
  await bob.page.locator('#name').fill('Bob');
  await bob.join();
  const names = () => bob.page.$$eval('.tile .name', (all) =>
    all.map(({ textContent }) => textContent));
  await waitFor('Ann', async () => (await names()).includes('Ann A.'));
  await ann.page.reload();
  await ann.page.locator('#name').wait();
  assert.deepEqual(await nameOf(ann), { value: 'Ann A.', readOnly: true });
  await ann.join();
  await waitFor('Ann again', async () => (await names()).includes('Ann A.'));
  await Promise.all([ann.page.close(), bob.page.close()]);
});

test('each reason of a refusal has its words before joining', async () => {
  const good = tokenOf({});
  for (const [token, words, shot] of [
    ['', /You need an invitation/, 'missing'],
    [tokenOf({ exp: secondsFromNow(-60) }), /has expired/, 'expired'],
    [tokenOf({ nbf: secondsFromNow(600) }), /not valid yet/, 'early'],
    [makeToken('x'.repeat(40), { user: 'ann', room: 'daily' }),
      /invitation is not valid/, 'forged'],
    [good.slice(0, -20), /invitation is not valid/, 'cut'],
  ]) {
    const visitor = await open(`/?room=daily${token && `#token=${token}`}`);
    const said = await errorOf(visitor);
    assert.match(said, words);
    assert.equal(said.split('\n').filter(Boolean).length, 2, said);
    await visitor.screenshot(`${SHOTS}/token-${shot}.png`);
    await visitor.page.close();
  }
});

test('a token for another room says so when joining', async () => {
  const ann = await open(`/?room=weekly#token=${tokenOf({ name: 'Ann' })}`);
  await ann.page.locator('form button[type="submit"]').click();
  assert.match(await errorOf(ann), /for another room/);
  await ann.screenshot(`${SHOTS}/token-room.png`);
  // That room is one change away.
  await ann.page.locator('#room').fill('Daily');
  await ann.join();
  await ann.page.close();
});

test('a call whose token expires ends with that reason', async () => {
  const ann = await open(`/?room=daily#token=${
    tokenOf({ name: 'Ann', exp: secondsFromNow(15) })}`);
  await ann.join();
  await waitFor('the end', () => ann.page.evaluate(() =>
    document.querySelector('.message h1')?.innerText), 30_000);
  assert.equal(await ann.page.$eval('.message h1', (it) => it.innerText),
    'Your invitation has expired');
  await ann.screenshot(`${SHOTS}/token-ended.png`);
  await ann.page.close();
});

test('people without a token go to the sign-in and come back', async () => {
  let granted = tokenOf({ name: 'Ann A.', room: '*' });
  const signIn = await serveSignIn(() => granted);
  const guarded = await TroupeServer.start(
    [...keys.flags, `--auth.login-url=${signIn.url}?for=troupe`]);
  try {
    const ann = await open('/?room=daily', guarded);
    await waitFor('the name', async () =>
      (await nameOf(ann).catch(() => ({}))).value === 'Ann A.');
    assert.deepEqual(signIn.asked, [`${guarded.url}/?room=daily`]);
    assert.equal(ann.page.url(), `${guarded.url}/?room=daily`);
    await ann.join();
    await ann.page.close();

    // A person who comes back without a token is not sent there again.
    granted = '';
    const eve = await open('/?room=daily', guarded);
    assert.match(await errorOf(eve), /Sign in/);
    assert.equal(signIn.asked.length, 2);
    await eve.screenshot(`${SHOTS}/token-sign-in.png`);
    granted = tokenOf({ name: 'Eve' });
    await eve.page.locator('.form-error a').click();
    await waitFor('the name', async () =>
      (await nameOf(eve).catch(() => ({}))).value === 'Eve');
    await eve.join();
    await eve.page.close();

    // A refused token says why, and goes nowhere by itself.
    const asked = signIn.asked.length;
    const old = await open(`/?room=daily#token=${
      tokenOf({ exp: secondsFromNow(-60) })}`, guarded);
    assert.match(await errorOf(old), /has expired[^]*Sign in/);
    assert.equal(signIn.asked.length, asked);
    await old.page.close();
  } finally {
    signIn.close();
    await guarded.stop();
  }
});
