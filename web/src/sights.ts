/** Where a picture is seen: on the page, in the small window, or in both. */

import type { Sights } from './viewer';

/** A tab in the background shows nothing; its small window goes on. */
export class AllSights implements Sights {
  constructor(
    private readonly page: Sights,
    private readonly small: Sights,
    private readonly inBackground: () => boolean,
  ) {}

  neededWidth(peerId: string, source: 'camera' | 'screen'): number {
    const small = this.small.neededWidth(peerId, source);
    return this.inBackground() ? small
      : Math.max(small, this.page.neededWidth(peerId, source));
  }
}
