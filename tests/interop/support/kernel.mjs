/** What the kernel of this host tells of its load. */

import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';

/**
 * How many datagrams have been dropped since the host started, as their
 * sockets were full: a browser was not run for too long.
 */
export async function droppedDatagrams() {
  const [names, values] = (await readFile('/proc/net/snmp', 'utf8'))
    .split('\n').filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('RcvbufErrors')]);
}

/** Whether tasks have waited for a core, over the last minute. */
export function coresAreBusy() {
  return loadavg()[0] > cpus().length;
}
