// Takes screenshots of the page's parts with invented people, for review:
//   node fixture_screenshots.mjs [NAMES]   into build/screenshots/fixture
// Needs web/ built with `node build.mjs --dev`.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { serveFixture } from './support/fixture.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = join(root, 'build/screenshots/fixture');
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2 };

const SHOTS = [
  ['lobby', 'view=lobby&name=Amara'],
  ['lobby-denied', 'view=lobby&error=camera'],
  ['lobby-asks', 'view=lobby&invited=1&name=Amara&error=permission'],
  ['lobby-full', 'view=lobby&invited=1&name=Amara&error=room-full'],
  ['lobby-room', 'view=lobby&invited=1&name=Amara&room=%F0%9F%8E%AD'],
  ['lobby-expired', 'view=lobby&invited=1&name=Amara&known=1' +
    '&error=token-expired&sign-in=https://login.example'],
  ['left', 'view=left'],
  ['background', 'view=section&background=library'],
  ['background-slow', 'view=section&background=evening&trouble=1'],
  ['call-1', 'people=1'],
  ['call-2', 'people=2'],
  ['call-5', 'people=5'],
  ['call-9', 'people=9&muted=1'],
  ['call-off', 'people=4&off=1'],
  ['call-speaker', 'people=6&mode=speaker&hands=1&unread=1'],
  ['call-sidebar', 'people=6&mode=sidebar'],
  ['call-pages', 'people=40&unseen=37'],
  ['call-row', 'people=24&mode=speaker&unseen=22'],
  ['call-float', 'people=5&self=float'],
  ['call-hidden', 'people=5&self=hidden'],
  ['call-view-menu', 'people=4&open=View'],
  ['call-charts', 'people=4&charts=1'],
  ['call-why', 'people=3&why=1'],
  ['call-chat', 'people=3&chat=1&hands=1'],
  ['call-chat-earlier', 'people=3&chat=earlier'],
  ['call-many', 'people=40&mode=speaker&charts=1'],
  ['call-screen', 'people=5&screen=1'],
  ['call-reconnecting', 'people=3&outage=signaling&sharing=1'],
  ['call-outage', 'people=4&outage=server'],
  ['call-outage-screen', 'people=9&screen=1&outage=media'],
  ['call-again', 'people=4&outage=offline&again=1'],
  ['call-toast', 'people=4&toast=1'],
  ['call-more', 'people=4&open=More'],
  ['call-react', 'people=3&open=React'],
  ['call-keys', 'people=3&keys=1'],
  ['call-screen-chat', 'people=4&screen=1&chat=1'],
  ['call-two-screens', 'people=5&screen=2&sharing=1'],
  ['invite', 'people=3&invite=1'],
  ['sharing', 'people=3&sharing=window'],
  ['sharing-paused', 'people=3&sharing=paused'],
  ['people', 'people=9&panel=people&locked=1'],
  ['people-host', 'people=9&panel=people&host=1'],
  ['people-many', 'people=40&panel=people&host=1'],
  ['people-lobby', 'people=5&panel=people&host=1&knocks=2'],
  ['people-lobby-many', 'people=5&panel=people&host=1&knocks=6'],
  ['people-lobby-guest', 'people=5&panel=people&knocks=0'],
  ['waiting', 'view=waiting'],
  ['settings-video', 'people=4&settings=video'],
  ['settings-audio', 'people=4&settings=audio'],
  ['settings-network', 'people=4&settings=network'],
  ['settings-call', 'people=4&settings=call'],
  ['recording', 'people=4&recording=notice'],
  ['recording-asks', 'people=4&recording=ask&screen=1'],
  ['recordings', 'people=3&recordings=1'],
  ['ask-record', 'people=3&ask=record'],
  ['ask-consent', 'people=3&recording=ask&ask=consent'],
  ['ask-remove', 'people=5&host=1&ask=remove'],
  ['ask-share', 'people=4&screen=1&ask=share'],
  ['notices', 'people=4&notices=1&locked=1'],
].flatMap(([name, query]) => [
  { name: `${name}-wide-dark`, query: `${query}&theme=dark`, size: WIDE },
  { name: `${name}-wide-light`, query: `${query}&theme=light`, size: WIDE },
  { name: `${name}-phone-dark`, query: `${query}&theme=dark`, size: PHONE },
  { name: `${name}-phone-light`, query: `${query}&theme=light`, size: PHONE },
]);

/** Small windows, each in the form that is hard for it. */
const SMALL = [
  ['small-call', 'people=3&unread=1', { width: 320, height: 568 }],
  ['small-more', 'people=3&open=More', { width: 320, height: 568 }],
  ['small-react', 'people=3&open=React', { width: 320, height: 568 }],
  ['small-chat', 'people=3&chat=1', { width: 320, height: 568 }],
  ['small-keys', 'people=3&keys=1', { width: 320, height: 568 }],
  ['small-settings', 'people=3&settings=network', { width: 320, height: 568 }],
  ['small-lobby', 'view=lobby&name=Amara', { width: 320, height: 568 }],
  ['small-screen-chat', 'people=4&screen=1&chat=1',
    { width: 900, height: 600 }],
].flatMap(([name, query, size]) => ['dark', 'light'].map((theme) =>
  ({ name: `${name}-${theme}`, query: `${query}&theme=${theme}`, size })));

const { origin, close } = await serveFixture();

const profile = await mkdtemp(join(tmpdir(), 'troupe-shots-'));
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  userDataDir: profile,
  headless: true,
  args: ['--no-sandbox', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update',
    '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
});
try {
  await mkdir(output, { recursive: true });
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error('page:', error.message));
  for (const { name, query, size } of [...SHOTS, ...SMALL]) {
    if (!new RegExp(process.argv[2] ?? '').test(name)) continue;
    await page.setViewport(size);
    await page.goto(`${origin}/fixture.html?${query}`);
    await new Promise((done) => setTimeout(done, 900));
    await page.screenshot({ path: join(output, `${name}.png`) });
    console.log(name);
  }
} finally {
  await browser.close();
  close();
  await rm(profile, { recursive: true, force: true });
}
