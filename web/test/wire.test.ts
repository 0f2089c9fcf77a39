import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdtempSync, readdirSync, readFileSync, rmSync, statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { filesOf, wireSize } from '../wire.mjs';

/** The most that the first load may cost: 120 KB, fonts included. */
const FIRST_LOAD = 120_000;
/**
 * The most for all scripts, styles and pages up to a call. Browsers ask for gzip
 * where they have no secure connection, and there they have no camera.
 */
const CODE = { '.br': 120_000, '.gz': 140_000 };

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'troupe-page-'));
after(() => rmSync(folder, { recursive: true, force: true }));
execFileSync(process.execPath, [join(root, 'web/build.mjs'), folder]);

function filesBelow(at: string): string[] {
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    const path = join(at, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

for (const suffix of ['.br', '.gz'] as const) {
  test(`the first load takes at most 120 KB with ${suffix}`, async (t) => {
    const { first, call } = await filesOf(folder);
    const size = await wireSize(folder, first, suffix);
    const code = await wireSize(folder,
      [...first, ...call].filter((x) => !x.endsWith('.woff2')), suffix);
    t.diagnostic(`first load ${size} octets, code of lobby and call ${code}`);
    assert.ok(size <= FIRST_LOAD, `the first load has ${size} octets`);
    assert.ok(code <= CODE[suffix], `the code has ${code} octets`);
    assert.ok(first.some((x) => x.endsWith('.woff2')), 'fonts are counted');
    assert.ok(first.length >= 5 && call.length >= 1);
  });
}

test('nothing of backgrounds is loaded before one is chosen', async () => {
  const { first, call } = await filesOf(folder);
  const built = readdirSync(join(folder, 'assets'));
  for (const part of ['pipeline', 'background_worker', 'tflite-simd',
    'selfie_segmentation', 'library']) {
    assert.ok(built.some((name) => name.startsWith(part)), part);
    assert.ok(![...first, ...call].some((x) => x.includes(part)), part);
  }
  for (const name of built.filter((x) => /\.(wasm|tflite|svg)$/.test(x))) {
    assert.ok(built.includes(`${name}.br`) && built.includes(`${name}.gz`));
  }
});

test('what mediasoup-client has for its tests is left out', async () => {
  const { first, call } = await filesOf(folder);
  const code = [...first, ...call].filter((x) => x.endsWith('.js'))
    .map((x) => readFileSync(join(folder, x), 'utf8')).join('');
  assert.match(code, /Chrome111\.createFactory/);
  assert.doesNotMatch(code, /generateRouterRtpCapabilities|FakeEventTarget/);
});

test('compressed copies have the content of their files', () => {
  const unpack = { '.br': brotliDecompressSync, '.gz': gunzipSync };
  const all = filesBelow(folder);
  for (const [suffix, decode] of Object.entries(unpack)) {
    const copies = all.filter((path) => path.endsWith(suffix));
    assert.ok(copies.length >= 10);
    for (const path of copies) {
      const original = path.slice(0, -suffix.length);
      assert.deepEqual(decode(readFileSync(path)), readFileSync(original));
      assert.ok(statSync(path).size < statSync(original).size);
    }
  }
  assert.ok(!all.some((path) => /\.woff2\.(br|gz)$/.test(path)));
});

test('scripts, styles and fonts carry a hash of their content', () => {
  const names = readdirSync(join(folder, 'assets'));
  for (const name of names) {
    assert.match(name, /-[A-Z2-7]{8}\.(js|css|woff2|svg|wasm|tflite)(\.br|\.gz)?$/);
  }
  const others = filesBelow(folder).map((path) => path.slice(folder.length + 1))
    .filter((path) => !/^(assets|embed|licenses|socket\.io)\//.test(path));
  assert.deepEqual(others.filter((path) => !/\.(br|gz)$/.test(path)).sort(),
    ['icon.svg', 'index.html', 'replay.html']);
});

test('what sites load to embed calls has stable names and is small', () => {
  const at = join(folder, 'embed');
  const names = readdirSync(at);
  for (const name of ['troupe-embed.js', 'troupe-embed.global.js',
    'index.d.ts', 'package.json']) {
    assert.ok(names.includes(name), name);
  }
  const { main, types } = JSON.parse(
    readFileSync(join(at, 'package.json'), 'utf8'));
  for (const path of [main, types]) assert.ok(statSync(join(at, path)).size);
  // Every file that the types refer to is there.
  for (const name of names.filter((x) => x.endsWith('.d.ts'))) {
    const text = readFileSync(join(at, name), 'utf8');
    for (const [, other] of text.matchAll(/from '\.\/(\w+)'/g)) {
      assert.ok(names.includes(`${other}.d.ts`), `${name}: ${other}`);
    }
  }
  assert.ok(statSync(join(at, 'troupe-embed.js.gz')).size < 6000);
});

test('a page without a frame around it does not load what frames need',
  async () => {
    const { first, call } = await filesOf(folder);
    assert.ok(readdirSync(join(folder, 'assets'))
      .some((x) => x.startsWith('site-')));
    assert.ok(![...first, ...call].some((x) => x.includes('/site-')));
  });
