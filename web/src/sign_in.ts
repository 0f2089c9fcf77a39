/** The way to the operator's sign-in and back. */

const TRIED_KEY = 'troupe.sign-in';

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') ||
    host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

/**
 * The address of a sign-in, which brings the person back to `back`, an address
 * of this page. Undefined if `loginUrl` is none that a page may go to.
 */
export function signInAddress(
  loginUrl: string,
  back: string,
): string | undefined {
  let url: URL;
  try {
    url = new URL(loginUrl);
  } catch {
    return undefined;
  }
  const safe = url.protocol === 'https:' ||
    (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!safe || url.username || url.password) return undefined;
  url.searchParams.set('return', back);
  return url.href;
}

/**
 * True the first time in a tab: a person who returns from the sign-in without a
 * token is not sent there again and again.
 */
export function firstTrip(
  storage: Pick<Storage, 'getItem' | 'setItem'> | undefined,
): boolean {
  try {
    if (!storage || storage.getItem(TRIED_KEY)) return false;
    storage.setItem(TRIED_KEY, 'yes');
    return true;
  } catch {
    return false;
  }
}
