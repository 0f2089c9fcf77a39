// Bundles the page into web/dist.
//   node build.mjs          the page
//   node build.mjs --dev    the page plus the fixture page, into build/web-dev
//   node build.mjs --test   the unit tests, into build/web-test
import { build } from 'esbuild';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

const page = {
  bundle: true,
  format: 'esm',
  target: ['chrome100', 'firefox102', 'safari15.4'],
  minify: true,
  legalComments: 'linked',
  loader: { '.woff2': 'file' },
  assetNames: '[name]',
  entryNames: '[name]',
  logLevel: 'warning',
};

async function buildPage(outdir, entries) {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await build({ ...page, outdir, entryPoints: entries });
  await cp(join(here, 'static'), outdir, { recursive: true });
  await copySocketio(join(outdir, 'socket.io'));
}

/** Where a Socket.IO server has its client: /socket.io/socket.io.js. */
async function copySocketio(outdir) {
  const from = join(here, 'node_modules/socket.io-client/dist');
  await mkdir(outdir);
  for (const name of ['socket.io.js', 'socket.io.min.js',
    'socket.io.esm.min.js']) {
    await cp(join(from, name), join(outdir, name));
    await cp(join(from, `${name}.map`), join(outdir, `${name}.map`));
  }
}

async function buildTests() {
  const outdir = join(root, 'build/web-test');
  await rm(outdir, { recursive: true, force: true });
  const names = await readdir(join(here, 'test'));
  await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    outdir,
    outExtension: { '.js': '.mjs' },
    entryPoints: names.map((name) => join(here, 'test', name)),
    logLevel: 'warning',
  });
}

const app = join(here, 'src/app.ts');
const css = join(here, 'src/styles/app.css');
if (process.argv.includes('--test')) {
  await buildTests();
} else if (process.argv.includes('--dev')) {
  const outdir = join(root, 'build/web-dev');
  await buildPage(outdir, [app, css, join(here, 'dev/fixture.ts')]);
  await cp(join(here, 'dev/fixture.html'), join(outdir, 'fixture.html'));
} else {
  await buildPage(join(here, 'dist'), [app, css]);
}
