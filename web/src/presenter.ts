/** What a presenter does: begin, change, pause and end the share. */

import type { ScreenShare } from './screen_share';
import type { ScreenContent } from './screen_words';
import { shareErrorWords } from './screen_words';
import { toast } from './ui/notice';

export interface PresenterParts {
  share(): ScreenShare;
  /** Asks the person if others present already. */
  mayShare(): Promise<boolean>;
}

export class Presenter {
  constructor(private readonly parts: PresenterParts) {}

  async toggle(): Promise<void> {
    const share = this.parts.share();
    if (share.active) share.stop();
    else if (await this.parts.mayShare()) await this.choose();
  }

  /** Has the browser ask what to share. */
  async choose(): Promise<void> {
    try {
      await this.parts.share().choose();
    } catch (error) {
      // Closing the browser's chooser is a decision, not a fault.
      const words = shareErrorWords(error instanceof Error ? error
        : { name: '', message: String(error) });
      if (words) toast(words);
    }
  }

  pause(paused: boolean): void {
    this.parts.share().pause(paused);
    toast(paused ? 'Your screen is paused: the others see its last picture'
      : 'The others see your screen again');
  }

  setContent(content: ScreenContent): void {
    this.parts.share().setContent(content);
  }
}
