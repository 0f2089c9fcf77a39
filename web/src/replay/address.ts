/** Addresses of the replay page and of what it plays. Pure. */

/**
 * The replay page for a recording. The link of a manifest lets anyone in who
 * has it, so it stands behind "#", which browsers send to no server.
 */
export function replayAddress(manifest: string, base: string): string {
  const page = new URL('replay.html', base);
  page.search = '';
  page.hash = new URLSearchParams(
    { manifest: new URL(manifest, base).href }).toString();
  return page.href;
}

/** The manifest that the page's address names; undefined if it names none. */
export function manifestIn(address: string): URL | undefined {
  const page = new URL(address);
  const named = new URLSearchParams(page.hash.slice(1)).get('manifest') ??
    page.searchParams.get('manifest');
  if (!named) return undefined;
  try {
    const url = new URL(named, page);
    return /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** A file beside the manifest: the same signature is good for it. */
export function fileAddress(manifest: URL, file: string): string {
  const url = new URL(encodeURIComponent(file), manifest);
  url.search = manifest.search;
  return url.href;
}
