import assert from 'node:assert/strict';
import {
  mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { compressFolder } from '../compress.mjs';

test('files that compression makes smaller get compressed copies', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-compress-'));
  try {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'long.js'), 'run();'.repeat(100));
    writeFileSync(join(folder, 'sub/long.css'), '.a { color: red }'.repeat(100));
    writeFileSync(join(folder, 'short.js'), 'a');
    writeFileSync(join(folder, 'font.woff2'), 'x'.repeat(1000));
    await compressFolder(folder);
    assert.deepEqual(readdirSync(folder).sort(), [
      'font.woff2', 'long.js', 'long.js.br', 'long.js.gz', 'short.js', 'sub']);
    assert.deepEqual(readdirSync(join(folder, 'sub')).sort(),
      ['long.css', 'long.css.br', 'long.css.gz']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
