/** The call in a small window above all others: picture in picture. */

import { neededWidth } from '../layer_choice';
import { hueOf, initials } from '../people';
import type { Person } from '../people_list';
import {
  choosePip, hasPicture, type PipChoice, type PipScene,
} from '../pip_choice';
import { settings } from '../settings';
import type { Sights } from '../viewer';
import { el, flag, showTrack } from './dom';
import { icon } from './icons';
import { toast } from './notice';
import { cameraLook, micLook, paint, roundButton } from './toolbar';

/** What no type library knows yet. */
interface DocumentPip {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

export interface PipActions {
  toggleMic(): void;
  toggleCamera(): void;
  leave(): void;
}

const SIZE = { width: 400, height: 260 };

function documentPip(): DocumentPip | undefined {
  return (window as { documentPictureInPicture?: DocumentPip })
    .documentPictureInPicture;
}

export class Pip implements Sights {
  #window: Window | undefined;
  /** For browsers that show only a video so; it moves to their window. */
  #video: HTMLVideoElement | undefined;
  #face = new PipFace();
  #shown: PipChoice | undefined;
  #mic = roundButton(() => this.actions.toggleMic());
  #camera = roundButton(() => this.actions.toggleCamera());
  #returns = () => {
    if (document.visibilityState === 'visible') this.close();
  };

  /** @param scene whom there is to see */
  constructor(
    private readonly actions: PipActions,
    private readonly scene: () => Omit<PipScene, 'picturesOnly'>,
  ) {
    const leave = el('button', {
      type: 'button', class: 'round leave', title: 'Leave the call',
      attrs: { 'aria-label': 'Leave the call' },
      onclick: () => actions.leave(),
    }, icon('leave'));
    this.#face.root.append(el('div', {
      class: 'pip-bar', attrs: { role: 'toolbar', 'aria-label': 'Call' },
    }, this.#mic, this.#camera, leave));
    this.setControls({ mic: false, camera: false });
  }

  get possible(): boolean {
    return documentPip() !== undefined || document.pictureInPictureEnabled;
  }

  get isOpen(): boolean {
    return this.#window !== undefined || this.#video !== undefined;
  }

  /** Opens it; a person must just have pressed something. */
  async open(): Promise<void> {
    if (this.isOpen) return;
    const tool = documentPip();
    try {
      await (tool ? this.#openWindow(tool) : this.#openVideo());
      // The person who comes back to the page sees all of it there.
      document.addEventListener('visibilitychange', this.#returns);
    } catch (error) {
      this.close();
      console.info('No picture in picture', error);
      toast('The small window cannot be opened now');
    }
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#returns);
    const [small, video] = [this.#window, this.#video];
    this.#window = undefined;
    this.#video = undefined;
    this.#shown = undefined;
    this.#face.clear();
    small?.close();
    if (!video) return;
    if (document.pictureInPictureElement === video) {
      void document.exitPictureInPicture().catch(() => undefined);
    }
    video.remove();
  }

  /** Call when people, speaker, pin or screen may be others. */
  refresh(): void {
    if (!this.isOpen) return;
    const picturesOnly = this.#window === undefined;
    const scene = this.scene();
    this.#shown = choosePip({ ...scene, picturesOnly });
    if (this.#video) showTrack(this.#video, trackOf(this.#shown));
    else this.#face.show(this.#shown, scene.people.find(({ isSelf }) => isSelf));
  }

  setControls({ mic, camera }: { mic: boolean; camera: boolean }): void {
    paint(this.#mic, micLook(mic));
    paint(this.#camera, cameraLook(camera));
  }

  /** A voice is heard: a ring tells that the one who is shown speaks. */
  setSpeaking(id: string, speaking: boolean): void {
    if (id === this.#shown?.person.id) this.#face.setSpeaking(speaking);
  }

  neededWidth(peerId: string, source: 'camera' | 'screen'): number {
    const shown = this.#shown;
    if (shown?.person.id !== peerId || shown.source !== source) return 0;
    const fit = source === 'screen' ? 'contain' : 'cover';
    return neededWidth(this.#window
      ? { width: this.#window.innerWidth, height: this.#window.innerHeight }
      : SIZE, fit, devicePixelRatio);
  }

  async #openWindow(tool: DocumentPip): Promise<void> {
    const small = await tool.requestWindow(SIZE);
    this.#window = small;
    const { document: page } = small;
    page.title = document.title;
    page.documentElement.lang = document.documentElement.lang;
    const theme = document.documentElement.dataset['theme'];
    if (theme) page.documentElement.dataset['theme'] = theme;
    for (const sheet of document.querySelectorAll<HTMLLinkElement>(
      'link[rel="stylesheet"]')) {
      // The small window has no address that a path would begin at.
      page.head.append(el('link', { rel: 'stylesheet', href: sheet.href }));
    }
    page.body.className = 'pip-body';
    page.body.append(this.#face.root);
    small.addEventListener('pagehide', () => this.close(), { once: true });
    this.refresh();
  }

  async #openVideo(): Promise<void> {
    const video = el('video', {
      class: 'pip-source', muted: true, autoplay: true, playsInline: true,
    });
    this.#video = video;
    document.body.append(video);
    this.refresh();
    if (!this.#shown) throw new Error('There is no picture');
    if (video.readyState < HTMLMediaElement.HAVE_METADATA) {
      await new Promise((resolve) =>
        video.addEventListener('loadedmetadata', resolve, { once: true }));
    }
    await video.requestPictureInPicture();
    video.addEventListener('leavepictureinpicture', () => this.close(),
      { once: true });
  }
}

function trackOf(choice: PipChoice | undefined): MediaStreamTrack | null {
  if (!choice) return null;
  const { person, source } = choice;
  if (source === 'screen') return person.screen;
  return hasPicture(person) ? person.camera : null;
}

/** What the small window shows: a picture, a name, and oneself small. */
class PipFace {
  readonly root: HTMLElement;
  #video = silentVideo('pip-picture');
  #self = silentVideo('pip-self');
  #letters = el('span');
  #name = el('p', { class: 'pip-name' });

  constructor() {
    this.root = el('main', { class: 'pip' },
      el('div', { class: 'avatar', attrs: { 'aria-hidden': 'true' } },
        this.#letters), this.#video, this.#self, this.#name);
    this.#self.hidden = true;
  }

  show(choice: PipChoice | undefined, self: Person | undefined): void {
    const name = choice?.person.name ?? '';
    const track = trackOf(choice);
    showTrack(this.#video, track);
    flag(this.#video, 'data-screen', choice?.source === 'screen');
    const mirrored = settings().get('mirror');
    flag(this.#self, 'data-mirrored', mirrored);
    flag(this.#video, 'data-mirrored', mirrored &&
      choice?.source === 'camera' && choice.person.isSelf);
    this.#video.hidden = track === null;
    this.#letters.textContent = initials(name);
    this.root.style.setProperty('--hue', String(hueOf(name)));
    this.#name.textContent = choice?.source === 'screen'
      ? `${name} is presenting` : choice?.person.isSelf
        ? 'You are the only one here' : name;
    const own = self && hasPicture(self) && !choice?.person.isSelf
      ? self.camera : null;
    showTrack(this.#self, own);
    this.#self.hidden = own === null;
  }

  setSpeaking(speaking: boolean): void {
    flag(this.root, 'data-speaking', speaking);
  }

  clear(): void {
    showTrack(this.#video, null);
    showTrack(this.#self, null);
    this.root.remove();
  }
}

function silentVideo(className: string): HTMLVideoElement {
  return el('video', {
    class: className, muted: true, autoplay: true, playsInline: true,
  });
}
