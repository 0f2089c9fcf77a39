/** Tokens (RFC 7519) as an operator's sign-in makes them, and such a sign-in. */

import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const encode = (value) =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

export function makeToken(secret, claims) {
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = createHmac('sha256', secret).update(body);
  return `${body}.${signature.digest('base64url')}`;
}

/** Seconds since 1970, as claims have them. */
export function secondsFromNow(seconds) {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** A new secret in a file: {secret, flags, remove()} for a server with tokens. */
export async function makeSecret() {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-secret-'));
  const path = join(folder, 'jwt.secret');
  const secret = randomBytes(32).toString('hex');
  await writeFile(path, secret, { mode: 0o600 });
  return {
    secret,
    flags: ['--auth.jwt=hs256', `--auth.jwt-secret-file=${path}`],
    remove: () => rm(folder, { recursive: true }),
  };
}

/**
 * A sign-in that sends each person back at once, with the token that `grant()`
 * returns; without one if that is empty. `asked` has the addresses in `return`.
 */
export async function serveSignIn(grant) {
  const asked = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const back = url.searchParams.get('return');
    if (url.pathname !== '/in' || !back) {
      response.writeHead(404).end();
      return;
    }
    asked.push(back);
    const token = grant();
    response.writeHead(302, {
      location: token ? `${back}#token=${token}` : back,
    }).end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    asked,
    url: `http://127.0.0.1:${server.address().port}/in`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
