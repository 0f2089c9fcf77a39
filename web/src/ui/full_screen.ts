/** The whole screen for the call, or for one picture of it. */

import { el } from './dom';
import { icon } from './icons';

/** iPhones can only show a video so, not an element. */
type PhoneVideo = HTMLVideoElement & { webkitEnterFullscreen?(): void };

export class FullScreen {
  readonly button = el('button', {
    type: 'button', class: 'icon-button full-screen',
    onclick: () => void this.toggle(),
  });
  #closing = new AbortController();

  /** @param changed another picture, or none, has the screen now */
  constructor(private readonly changed: () => void) {
    const { signal } = this.#closing;
    this.button.hidden = !document.fullscreenEnabled;
    document.addEventListener('fullscreenchange', () => {
      this.#paint();
      this.changed();
    }, { signal });
    document.addEventListener('keydown', (event) => {
      const leaves = event.key === 'Escape' && !event.defaultPrevented &&
        document.fullscreenElement && !document.querySelector('dialog[open]');
      if (leaves) void document.exitFullscreen();
    }, { signal });
    this.#paint();
  }

  /** The whole page, with its buttons; or back from whatever there is. */
  async toggle(): Promise<void> {
    await change(() => document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen());
  }

  /** One picture; a second time leads back. */
  async togglePicture(picture: HTMLElement): Promise<void> {
    if (!document.fullscreenEnabled) {
      picture.querySelector<PhoneVideo>('video')?.webkitEnterFullscreen?.();
      return;
    }
    await change(() => document.fullscreenElement === picture
      ? document.exitFullscreen() : picture.requestFullscreen());
  }

  close(): void {
    this.#closing.abort();
    if (document.fullscreenElement) void change(() =>
      document.exitFullscreen());
  }

  #paint(): void {
    const on = document.fullscreenElement !== null;
    const label = on ? 'Leave full screen' : 'Full screen';
    this.button.replaceChildren(icon(on ? 'fullScreenOff' : 'fullScreen'));
    this.button.setAttribute('aria-label', label);
    this.button.setAttribute('aria-keyshortcuts', 'F');
    this.button.title = `${label} (F)`;
    for (const tool of document.querySelectorAll<HTMLElement>(
      '.tile-tool.full')) {
      const whole = document.fullscreenElement?.contains(tool) &&
        document.fullscreenElement !== document.documentElement;
      tool.title = whole ? 'Leave full screen' : 'Full screen';
      tool.setAttribute('aria-label', tool.title);
      tool.replaceChildren(icon(whole ? 'fullScreenOff' : 'fullScreen'));
    }
  }
}

/** A browser may refuse, or someone else may have been faster. */
async function change(run: () => Promise<void>): Promise<void> {
  await run().catch((error: unknown) =>
    console.info('Full screen was refused', error));
}
