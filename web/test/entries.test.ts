import assert from 'node:assert/strict';
import test from 'node:test';
import { linkEntries } from '../entries.mjs';

const HTML = `<html>
  <head>
    <link rel="icon" href="icon.svg">
    <link rel="stylesheet" href="app.css">
    <script type="module" src="app.js"></script>
  </head>
</html>`;

const file = (
  entry?: string, imports: string[] = [], later: string[] = [],
) => ({ entry, imports, later });

const OUTPUTS = {
  'assets/app-AAAA.js': file('src/app.ts', ['assets/chunk-B.js'],
    ['assets/call-C.js']),
  'assets/app-DDDD.css': file('src/styles/app.css'),
  // Modules may import each other.
  'assets/chunk-B.js': file(undefined, ['assets/chunk-E.js']),
  'assets/chunk-E.js': file(undefined, ['assets/chunk-B.js']),
  'assets/call-C.js': file('src/call.ts',
    ['assets/chunk-B.js', 'assets/chunk-F.js']),
  'assets/chunk-F.js': file(),
};

test('the page refers to the files that were built', () => {
  const html = linkEntries(HTML, OUTPUTS);
  assert.match(html, /<script type="module" src="assets\/app-AAAA.js">/);
  assert.match(html, /<link rel="stylesheet" href="assets\/app-DDDD.css">/);
  assert.match(html, /href="icon.svg"/);
});

test('a browser is told early what a script needs at once and later', () => {
  const html = linkEntries(HTML, OUTPUTS);
  const links = (rel: string) => [...html.matchAll(
    new RegExp(`<link rel="${rel}" href="([^"]+)">`, 'g'))].map((x) => x[1]);
  assert.deepEqual(links('modulepreload'),
    ['assets/chunk-B.js', 'assets/chunk-E.js']);
  assert.deepEqual(links('prefetch'),
    ['assets/call-C.js', 'assets/chunk-F.js']);
  assert.ok(html.indexOf('prefetch') < html.indexOf('</head>'));
});

test('a reference to a file that was not built is an error', () => {
  assert.throws(() => linkEntries(HTML, {}), /no app\.css was built/);
});
