// Bundles the frontends under test into build/interop.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  bundle: true,
  format: 'iife',
  target: ['chrome100', 'firefox102'],
  entryPoints: [here('clients/ws.ts'), here('clients/events.ts')],
  outdir: here('../../build/interop'),
  logLevel: 'warning',
});
