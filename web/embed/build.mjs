// Builds @troupe/embed, which sites load to show calls in their pages.
import { build } from 'esbuild';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));

/** What users of the package see of it. */
const PUBLIC = ['index', 'troupe_call', 'protocol', 'call_error'];

/** The types of one source, without looking at the others. */
async function writeTypes(outdir, name) {
  const source = await readFile(join(here, 'src', `${name}.ts`), 'utf8');
  const { outputText, diagnostics } = ts.transpileDeclaration(source, {
    fileName: `${name}.ts`,
    compilerOptions: { isolatedDeclarations: true, stripInternal: true },
  });
  if (diagnostics.length > 0) {
    throw new Error(diagnostics.map(({ messageText }) =>
      `${name}.ts: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
      .join('\n'));
  }
  await writeFile(join(outdir, `${name}.d.ts`), outputText);
}

/**
 * Writes the package into a folder: a module, a classic script with the global
 * TroupeEmbed, and types. The names are stable, since sites refer to them.
 */
export async function buildEmbed(outdir) {
  const common = {
    bundle: true,
    target: ['chrome100', 'firefox102', 'safari15.4'],
    minify: true,
    entryPoints: [join(here, 'src/index.ts')],
    logLevel: 'warning',
  };
  await Promise.all([
    build({
      ...common, format: 'esm', outfile: join(outdir, 'troupe-embed.js'),
    }),
    build({
      ...common, format: 'iife', globalName: 'TroupeEmbed',
      outfile: join(outdir, 'troupe-embed.global.js'),
    }),
  ]);
  await Promise.all(PUBLIC.map((name) => writeTypes(outdir, name)));
  await cp(join(here, 'package.json'), join(outdir, 'package.json'));
}
