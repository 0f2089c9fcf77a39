// Bundles the page into web/dist.
//   node build.mjs [FOLDER] the page, into FOLDER if given
//   node build.mjs --dev    the page plus the fixture page, into build/web-dev
//   node build.mjs --test   the unit tests, into build/web-test
import { build } from 'esbuild';
import {
  cp, mkdir, readdir, readFile, rm, writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILES, onlyForBrowsers, TARGET, workerScripts } from './bundling.mjs';
import { compressFolder } from './compress.mjs';
import { buildEmbed } from './embed/build.mjs';
import { linkEntries } from './entries.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

const source = (path) => join(here, 'src', path);

const page = {
  bundle: true,
  format: 'esm',
  target: TARGET,
  minify: true,
  legalComments: 'linked',
  loader: FILES,
  plugins: [workerScripts, onlyForBrowsers],
  assetNames: '[name]',
  entryNames: '[name]',
  logLevel: 'warning',
};

/**
 * Names with a hash of the content: browsers keep such files for ever. The
 * server says so for all files below assets/.
 */
const hashed = {
  splitting: true,
  metafile: true,
  assetNames: 'assets/[name]-[hash]',
  entryNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
};

async function startFolder(outdir) {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
}

async function addStatic(outdir) {
  await cp(join(here, 'static'), outdir, { recursive: true });
  await copySocketio(join(outdir, 'socket.io'));
  await cp(join(here, 'node_modules/@twilio/video-processors/LICENSE.md'),
    join(outdir, 'licenses/twilio-video-processors.txt'));
}

async function buildPages(outdir) {
  await startFolder(outdir);
  await addStatic(outdir);
  // Apart, since what they have in common would make more, smaller files.
  for (const [name, entryPoints] of Object.entries(PAGES)) {
    const { metafile } = await build(
      { ...page, ...hashed, outdir, entryPoints });
    const path = join(outdir, name);
    const html = await readFile(path, 'utf8');
    await writeFile(path, linkEntries(html, outputsOf(metafile, outdir)));
  }
  await buildEmbed(join(outdir, 'embed'));
  await compressFolder(outdir);
}

/** What most people need after the lobby; browsers fetch it when idle. */
const EXPECTED = ['running_call.ts'];

function isExpected({ entryPoint = '' }) {
  return EXPECTED.includes(basename(entryPoint));
}

/** The built files, as linkEntries() wants them. */
function outputsOf(metafile, outdir) {
  const toPath = (path) => relative(outdir, path);
  return Object.fromEntries(Object.entries(metafile.outputs).map(
    ([path, { entryPoint, imports }]) => {
      const of = (wanted) => imports.filter(({ kind }) => kind === wanted);
      const pathsOf = (all) => all.map((x) => toPath(x.path));
      return [toPath(path), {
        entry: entryPoint,
        imports: pathsOf(of('import-statement')),
        later: pathsOf(of('dynamic-import').filter(
          (x) => isExpected(metafile.outputs[x.path]))),
      }];
    }));
}

async function buildDev(outdir, entries) {
  await startFolder(outdir);
  await build({ ...page, outdir, entryPoints: entries });
  await addStatic(outdir);
  await cp(join(here, 'dev/fixture.html'), join(outdir, 'fixture.html'));
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
  const names = (await readdir(join(here, 'test')))
    .filter((name) => name.endsWith('.ts'));
  await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    outdir,
    outExtension: { '.js': '.mjs' },
    entryPoints: names.map((name) => join(here, 'test', name)),
    loader: FILES,
    plugins: [workerScripts],
    logLevel: 'warning',
  });
}

/** The scripts and styles of each page. */
const PAGES = {
  'index.html': [source('app.ts'), source('styles/app.css')],
  'replay.html': [source('replay.ts'), source('styles/replay.css')],
};

if (process.argv.includes('--test')) {
  await buildTests();
} else if (process.argv.includes('--dev')) {
  await buildDev(join(root, 'build/web-dev'),
    [...Object.values(PAGES).flat(), join(here, 'dev/fixture.ts')]);
} else {
  await buildPages(process.argv[2] ?? join(here, 'dist'));
}
