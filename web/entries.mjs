// Puts the names of the built files into the pages.
import { basename, extname } from 'node:path';

/** What the page refers to: src="app.js", href="app.css". */
const REFERENCE = /(src|href)="([^"/]+\.(?:js|css))"/g;

/** "app.js" for src/app.ts, built as assets/app-ABC.js. */
function plainName(entry, path) {
  return basename(entry, extname(entry)) + extname(path);
}

/** The scripts that this one imports, and those that they import. */
function importsOf(outputs, path, found = new Set()) {
  for (const next of outputs[path].imports) {
    if (found.has(next)) continue;
    found.add(next);
    importsOf(outputs, next, found);
  }
  return found;
}

/** What a browser is to load before it asks for it by itself. */
function hints(outputs, path) {
  const now = importsOf(outputs, path);
  const later = outputs[path].later.flatMap(
    (x) => [x, ...importsOf(outputs, x)]).filter((x) => !now.has(x));
  return [
    ...[...now].map((x) => `<link rel="modulepreload" href="${x}">`),
    // When the page is shown and the network idle.
    ...[...new Set(later)].filter((x) => x !== path).map(
      (x) => `<link rel="prefetch" href="${x}">`),
  ].map((link) => `\n    ${link}`).join('');
}

/**
 * Replaces the name of each script and style in the page by that of the file
 * that was built for it, and adds hints for what the script needs at once and
 * later. `outputs` has for each built file its source (`entry`), if it was
 * built for one, and the files that it imports at once (`imports`) and on
 * demand (`later`). Throws if no file was built for a reference.
 */
export function linkEntries(html, outputs) {
  const built = new Map(Object.entries(outputs)
    .filter(([, { entry }]) => entry)
    .map(([path, { entry }]) => [plainName(entry, path), path]));
  let links = '';
  const out = html.replace(REFERENCE, (whole, attribute, name) => {
    const path = built.get(name);
    if (!path) throw new Error(`no ${name} was built`);
    links += hints(outputs, path);
    return `${attribute}="${path}"`;
  });
  return out.replace(/\n\s*<\/head>/, (end) => links + end);
}
