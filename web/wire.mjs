// Measures what the built page costs a browser on the wire.
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The size of a file as the server sends it: the compressed copy, if any. */
async function sentSize(path, suffix) {
  for (const file of [path + suffix, path]) {
    try {
      return (await stat(file)).size;
    } catch {
      // There is no copy, since it would not be smaller.
    }
  }
  throw new Error(`${path} was not built`);
}

function matches(text, pattern) {
  return [...text.matchAll(pattern)].map((found) => found[1]);
}

/** The fonts of a style, as paths below the page's folder. */
async function fontsOf(folder, style) {
  const text = await readFile(join(folder, style), 'utf8');
  return matches(text, /url\("?\.?\/?([^")]+\.woff2)"?\)/g)
    .map((name) => join(dirname(style), name));
}

/**
 * The files that a browser loads before it shows the lobby, fonts included
 * (`first`), and those that it loads later, for a call (`call`): paths below
 * the page's folder.
 */
export async function filesOf(folder) {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const first = ['index.html', ...matches(html,
    /<(?:script|link rel="(?:icon|stylesheet|modulepreload)")[^>]* (?:src|href)="([^"]+)"/g)];
  const fonts = await Promise.all(
    first.filter((x) => x.endsWith('.css')).map((x) => fontsOf(folder, x)));
  return {
    first: [...first, ...fonts.flat()],
    call: matches(html, /<link rel="prefetch" href="([^"]+)"/g),
  };
}

/** The octets of these files, compressed to copies with that suffix. */
export async function wireSize(folder, files, suffix) {
  const sizes = await Promise.all(
    files.map((file) => sentSize(join(folder, file), suffix)));
  return sizes.reduce((sum, size) => sum + size, 0);
}
