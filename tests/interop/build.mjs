// Bundles the frontends under test into build/interop.
import { build } from 'esbuild';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const common = {
  bundle: true,
  format: 'iife',
  target: ['chrome100', 'firefox102'],
  logLevel: 'warning',
};

await build({
  ...common,
  entryPoints: [here('clients/ws.ts'), here('clients/events.ts')],
  outdir: here('../../build/interop'),
});

/** The same pages built with current and with old libraries. */
const BUILDS = {
  now: {},
  old: {
    'mediasoup-client': 'mediasoup-client-3.7',
    'socket.io-client': 'socket.io-client-3',
  },
};

const NO_PAGES = [
  'page.ts', 'call.ts', 'data_lines.ts', 'protoo-client.d.ts',
];
const pages = readdirSync(here('frontends'))
  .filter((name) => name.endsWith('.ts') && !NO_PAGES.includes(name))
  .map((name) => here(`frontends/${name}`));

for (const [name, alias] of Object.entries(BUILDS)) {
  await build({
    ...common,
    alias,
    entryPoints: pages,
    outdir: here(`../../build/interop/frontends-${name}`),
  });
}
