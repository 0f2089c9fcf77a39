/** A certificate authority of a test, and its certificate for some addresses. */

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
  '-days', '2'];

export class Certificates {
  #folder;

  /** Makes a certificate for these IP addresses, signed by an own authority. */
  static async make(...addresses) {
    const made = new Certificates();
    made.#folder = await mkdtemp(join(tmpdir(), 'troupe-certificates-'));
    const file = (name) => join(made.#folder, name);
    const request = (...words) => execFileSync('openssl',
      ['req', '-x509', ...KEY, ...words], { stdio: 'ignore' });
    made.authority = file('authority.pem');
    request('-keyout', file('authority.key'), '-out', made.authority,
      '-subj', '/CN=Troupe test authority',
      '-addext', 'basicConstraints=critical,CA:TRUE',
      '-addext', 'keyUsage=critical,keyCertSign');
    [made.certificate, made.key] = [file('own.pem'), file('own.key')];
    const names = addresses.map((address) => `IP:${address}`).join(',');
    request('-keyout', made.key, '-out', made.certificate,
      '-CA', made.authority, '-CAkey', file('authority.key'),
      '-subj', '/CN=troupe.test', '-addext', `subjectAltName=${names}`,
      '-addext', 'basicConstraints=critical,CA:FALSE',
      '-addext', 'extendedKeyUsage=serverAuth');
    return made;
  }

  /** Certificate and key for Node's TLS server. */
  async tlsOptions() {
    return {
      cert: await readFile(this.certificate), key: await readFile(this.key),
    };
  }

  /** Lets Chromium trust the authority if `home` is its home folder. */
  trustIn(home) {
    const folder = join(home, '.pki', 'nssdb');
    execFileSync('mkdir', ['-p', folder]);
    const certutil = (...words) =>
      execFileSync('certutil', ['-d', `sql:${folder}`, ...words]);
    certutil('-N', '--empty-password');
    certutil('-A', '-n', 'troupe', '-t', 'C,,', '-i', this.authority);
  }

  close() {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
