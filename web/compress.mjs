// Writes a compressed copy of each file that compression makes smaller: NAME.br
// and NAME.gz beside NAME, which the server sends to browsers that accept them.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Fonts and pictures are compressed by themselves. */
const COMPRESSIBLE = new Set([
  '.html', '.js', '.mjs', '.css', '.json', '.map', '.svg', '.tflite',
  '.txt', '.wasm',
  '.webmanifest',
]);

const CODINGS = {
  '.br': (octets) => promisify(brotliCompress)(octets, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: octets.length,
    },
  }),
  '.gz': (octets) => promisify(gzip)(octets, { level: 9 }),
};

async function compressFile(path) {
  const octets = await readFile(path);
  await Promise.all(Object.entries(CODINGS).map(async ([suffix, compress]) => {
    const smaller = await compress(octets);
    if (smaller.length < octets.length) await writeFile(path + suffix, smaller);
  }));
}

/** Compresses the files in this folder and in those below it. */
export async function compressFolder(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  await Promise.all(entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return compressFolder(path);
    return COMPRESSIBLE.has(extname(path)) ? compressFile(path) : undefined;
  }));
}
