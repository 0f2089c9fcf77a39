// What all bundles of the page have in common: which files are copied, and
// scripts of workers.
import { build } from 'esbuild';
import { basename, dirname, join } from 'node:path';

/** Browsers that the page supports. */
export const TARGET = ['chrome100', 'firefox102', 'safari15.4'];

/** An import of such a file gives its address. */
export const FILES = {
  '.woff2': 'file', '.svg': 'file', '.wasm': 'file', '.tflite': 'file',
};

/**
 * Leaves out what mediasoup-client has for its tests and for React Native: no
 * browser runs it.
 */
export const onlyForBrowsers = {
  name: 'only-for-browsers',
  setup({ onLoad }) {
    const filter = new RegExp('mediasoup-client[\\\\/]lib[\\\\/]' +
      '(test[\\\\/]fakeParameters|handlers[\\\\/](FakeHandler|ReactNative106))' +
      '\\.js$');
    onLoad({ filter }, () => ({ contents: '' }));
  },
};

/**
 * `import address from './worker.ts?script'` bundles that script into a file of
 * its own, for `new Worker(address)`.
 */
export const workerScripts = {
  name: 'worker-scripts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?script$/ }, ({ path, resolveDir }) => {
      const source = join(resolveDir, path.replace(/\?script$/, ''));
      // The copy has the name and the type of a script.
      const name = `${basename(dirname(source))}_${basename(source, '.ts')}.js`;
      return { path: name, namespace: 'script', pluginData: source };
    });
    onLoad({ filter: /./, namespace: 'script' }, async ({ pluginData }) => {
      const { outputFiles, metafile } = await build({
        entryPoints: [pluginData],
        bundle: true,
        minify: true,
        write: false,
        metafile: true,
        format: 'iife',
        target: TARGET,
        legalComments: 'inline',
        // What scripts for Node as well would load there.
        external: ['fs', 'path'],
        logLevel: 'warning',
      });
      return {
        contents: outputFiles[0].text,
        loader: 'file',
        watchFiles: Object.keys(metafile.inputs),
      };
    });
  },
};
