/** The code blocks of a document, as they stand there. */

import { readFile } from 'node:fs/promises';
import { ROOT } from './server.mjs';

const BLOCK = /^```\w+ (\S+)\n(.*?)^```$/gms;

/**
 * Returns the text of each block that has a name, by its name. The name follows
 * the language, as in "```js app.js", and is not shown to readers.
 */
export async function readBlocks(document) {
  const text = await readFile(`${ROOT}${document}`, 'utf8');
  const blocks = {};
  for (const [, name, code] of text.matchAll(BLOCK)) {
    if (blocks[name]) throw new Error(`${document} has two blocks ${name}`);
    blocks[name] = code;
  }
  return blocks;
}
