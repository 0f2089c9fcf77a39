/** The page: lobby, call, and what comes after. */

import { cameraBackground } from './background';
import { mayBeNetwork, openCheck, provideCheck } from './check/offer';
import { codecFrom } from './encodings';
import { loadCall } from './load_call';
import { loadCheck } from './load_check';
import { listDevices, LocalMedia, type LocalSource } from './local_media';
import { findRefusal } from './admission';
import { MediaSettings, mediaChoices } from './media_settings';
import { inviteLink } from './people';
import { inventRoom } from './rooms';
import type { EmbeddedPage, Site, SiteWishes } from './embedded/site';
import type { RunningCall } from './running_call';
import { ServerError } from './server_error';
import { settings } from './settings';
import type { Command } from './shortcuts';
import { firstTrip, signInAddress } from './sign_in';
import { Speaker } from './speaker';
import { TalkKey } from './talk_key';
import {
  hasExpired, onlyRoom, readToken, roomOf, storageOfTab, takeToken, tokens,
} from './token';
import { AudioOut } from './ui/audio_out';
import { backgroundGroup } from './ui/background_group';
import { focusHeading } from './ui/focus';
import { Keys } from './ui/keys';
import { openLiveRegion } from './ui/live';
import { Lobby } from './ui/lobby';
import { closeSettings, showSettings } from './ui/load_settings';
import { openMenu, type MenuAction, type MenuGroup } from './ui/menu';
import { followMirror } from './ui/mirror';
import { messageScreen, toast, type ErrorLink } from './ui/notice';
import { toggleShortcutDialog } from './ui/shortcut_dialog';
import { followTheme } from './ui/theme';
import { explainMedia, explainServer, explainSurroundings } from './words';

const NAME_KEY = 'troupe.name';
const JOINING = {
  title: 'Joining the call…',
  detail: 'Your browser may ask for camera and microphone.',
};
/** A site steers this page; a reload must not forget it. */
const STEERED = new URLSearchParams(location.hash.slice(1)).has('embed');
/** Asked for by the address; it is this person's choice, not the room's. */
const CODEC = codecFrom(location.search);

class App {
  #media = ownMedia();
  #lobby: Lobby | undefined;
  #running: RunningCall | undefined;
  /** The site that shows this page in a frame. */
  #site: Site | undefined;
  #wishes: SiteWishes = {};
  /** As whom this person entered which room last. */
  #entered: { name: string; room: string } | undefined;
  #speaker = new Speaker((id) => this.#running?.audio.choose(id));
  #mediaSettings = new MediaSettings(settings(), () => this.#media, toast,
    (source, error) => toast(explainMedia(error, wordOf(source)).title));
  #talk = new TalkKey({
    isOn: () => this.#media.isOn('mic'),
    switchOn: () => this.#switch('mic', this.#media.switchOn('mic')),
    switchOff: () => this.#media.switchOff('mic'),
  });

  constructor(private readonly root: HTMLElement) {
    provideCheck(() => void loadCheck({
      media: this.#media, testSpeaker: () => this.#speaker.test(),
    }));
    new Keys({
      run: (command) => this.#run(command),
      talk: () => this.#running && this.#talk,
    });
    document.addEventListener('pointerdown', () =>
      this.#running?.audio.resume());
  }

  /** Opens the lobby, for the room in the address or a new one. */
  async open(): Promise<void> {
    adoptToken();
    const trouble = explainSurroundings({
      secure: window.isSecureContext,
      capable: !!navigator.mediaDevices && 'RTCPeerConnection' in window,
    });
    if (trouble) return this.#show(messageScreen(trouble, []));
    const facts = readToken(tokens.token);
    const asked = askedRoom() || onlyRoom(facts);
    this.#media = ownMedia();
    this.#media.onChange(() => this.#site?.mediaChanged());
    const { muted, cameraOff, skipLobby } = this.#wishes;
    this.#mediaSettings.forget();
    cameraBackground().attach(this.#media);
    const lobby: Lobby = new Lobby({
      room: (asked && roomOf(asked, facts)) || asked || inventRoom(),
      invited: asked !== '',
      name: facts?.name || this.#wishes.name ||
        (localStorage.getItem(NAME_KEY) ?? ''),
      known: !!facts?.name,
      user: facts?.name ? '' : facts?.user ?? '',
      media: this.#media,
      roomOf: (text) => roomOf(text, facts),
      linkFor,
      join: (name, room) => this.#join(name, room, lobby),
      deviceMenu: (source, anchor) => void this.#deviceMenu(source, anchor),
      speakerMenu: (anchor) => void this.#speakerMenu(anchor),
      testSpeaker: () => this.#testSpeaker(),
      openSettings: () => this.#openSettings(),
    });
    this.#lobby = lobby;
    document.title = 'Troupe';
    this.#show(skipLobby ? messageScreen(JOINING, []) : lobby.root);
    void this.#askForAdmission(lobby);
    await lobby.start([...muted ? [] : ['mic' as const],
      ...cameraOff ? [] : ['camera' as const]]);
    if (!skipLobby || this.#lobby !== lobby) return;
    await lobby.submit();
    if (this.#lobby === lobby) this.#show(lobby.root);
  }

  /** Opens the lobby in a frame, as its site wishes it. */
  async openFor(open: (page: EmbeddedPage) => Promise<Site>): Promise<void> {
    const media = () => this.#media;
    const running = () => this.#running;
    this.#site = await open({
      get media() { return media(); },
      get running() { return running(); },
      begin: (wishes) => this.#begin(wishes),
      join: (name) => this.#joinAgain(name),
      leave: () => this.#leave(),
    });
  }

  #begin(wishes: SiteWishes): void {
    this.#wishes = wishes;
    if (this.#running) return;
    this.#lobby?.close();
    this.#media.stop();
    void this.open();
  }

  /** From the lobby, or after a call. False if a name or room is missing. */
  async #joinAgain(name?: string): Promise<boolean> {
    if (this.#lobby) return this.#lobby.submit(name);
    if (!this.#entered) return false;
    await this.#again(name || this.#entered.name, this.#entered.room);
    return true;
  }

  /** Takes a new token that came while the page is open: `#token=`. */
  tokenCame(): void {
    if (!adoptToken() || this.#running) return;
    this.#lobby?.close();
    this.#media.stop();
    void this.open();
  }

  /** Tells a person whom the server will refuse, before they try to join. */
  async #askForAdmission(lobby: Lobby): Promise<void> {
    const back = returnAddress();
    const refusal = await findRefusal();
    if (!refusal || this.#lobby !== lobby) return;
    const link = signInLink(refusal, back);
    if (link && refusal.reason === 'token-missing' && !link.newTab &&
        firstTrip(storageOfTab())) {
      location.assign(link.href);
      return;
    }
    lobby.showError(explainServer(refusal), link);
  }

  async #join(name: string, room: string, lobby: Lobby): Promise<void> {
    keepName(name);
    history.replaceState(null, '', ownLinkFor(room));
    try {
      await this.#enter(name, room);
    } catch (error) {
      if (!lobby.root.isConnected) this.#show(lobby.root);
      document.title = 'Troupe';
      if (hasGivenUp(error)) return;
      lobby.showError(explainServer(error),
        signInLink(error, returnAddress()), mayBeNetwork(error));
      this.#site?.refused(error);
      return;
    }
    lobby.close();
    this.#lobby = undefined;
  }

  async #enter(name: string, room: string, returning = false): Promise<void> {
    const running = await (await loadCall()).enter({
      room,
      name,
      link: linkFor(room),
      returning,
      media: this.#media,
      codec: CODEC,
      watcher: this.#site,
      actions: this.#actions(),
      ended: (error) => this.#ended(name, room, error),
      show: (view) => this.#show(view),
      openSettings: () => this.#openSettings(),
    });
    this.#running = running;
    if (this.#speaker.id) running.audio.choose(this.#speaker.id);
    document.title = `${room} · Troupe`;
    this.#show(running.view.root);
    this.#entered = { name, room };
    this.#site?.joined(name, room);
  }

  #actions() {
    return {
      toggleMic: () => this.#toggle('mic'),
      toggleCamera: () => this.#toggle('camera'),
      toggleShare: () => void this.#running?.presenter.toggle(),
      micMenu: (a: HTMLElement) => void this.#deviceMenu('mic', a),
      cameraMenu: (a: HTMLElement) => void this.#deviceMenu('camera', a),
      leave: () => void this.#leave(),
    };
  }

  #toggle(source: LocalSource): void {
    if (source === 'mic') this.#talk.forget();
    if (this.#lobby) return this.#lobby.toggle(source);
    this.#switch(source, this.#media.toggle(source)).catch(() => undefined);
  }

  /** Says what kept a device from starting. */
  async #switch(source: LocalSource, switching: Promise<void>): Promise<void> {
    await switching.catch((error: unknown) => {
      toast(explainMedia(error, wordOf(source)).title);
      throw error;
    });
  }

  async #deviceMenu(source: LocalSource, anchor: HTMLElement): Promise<void> {
    const groups = [await this.#deviceGroup(source)];
    groups.push(source === 'mic' ? await this.#speakerGroup()
      : backgroundGroup());
    const section = source === 'mic' ? 'audio' : 'video';
    openMenu(anchor, 'Devices', this.#withSettings(groups, section));
  }

  async #speakerMenu(anchor: HTMLElement): Promise<void> {
    openMenu(anchor, 'Speaker',
      this.#withSettings([await this.#speakerGroup()], 'audio'));
  }

  #withSettings(groups: MenuGroup[], section: string): MenuGroup[] {
    const action: MenuAction = {
      label: 'All settings…', icon: 'gear',
      run: () => this.#openSettings(section),
    };
    const last = groups.at(-1)!;
    return [...groups.slice(0, -1),
      { ...last, actions: [...last.actions ?? [], action] }];
  }

  #openSettings(section?: string): void {
    void showSettings({
      media: this.#media, speaker: this.#speaker, inCall: !!this.#running,
    }, section);
  }

  async #speakerGroup(): Promise<MenuGroup> {
    // Some browsers play on the system's choice alone.
    const speakers = AudioOut.canChoose() ? await listDevices('speaker') : [];
    const chosen = this.#speaker.id || 'default';
    return {
      title: 'Speaker',
      items: speakers.map(({ deviceId, label }, index) => ({
        id: deviceId,
        label: label || `Speaker ${index + 1}`,
        chosen: deviceId === chosen,
      })),
      choose: (id) => this.#speaker.choose(id),
      actions: [{
        label: 'Play a test sound', icon: 'sound',
        run: () => void this.#testSpeaker(),
      }],
    };
  }

  #testSpeaker(): Promise<void> {
    return this.#speaker.test().catch((error: unknown) => {
      console.warn('No test sound', error);
      toast('The test sound cannot be played');
    });
  }

  async #deviceGroup(source: LocalSource): Promise<MenuGroup> {
    const title = source === 'mic' ? 'Microphone' : 'Camera';
    const current = this.#media.deviceId(source);
    const devices = await listDevices(source);
    return {
      title,
      items: devices.map(({ deviceId, label }, index) => ({
        id: deviceId,
        label: label || `${title} ${index + 1}`,
        chosen: deviceId === current,
      })),
      choose: (id) => void this.#media.choose(source, id).catch(
        (error: unknown) =>
          toast(explainMedia(error, title.toLowerCase()).title)),
    };
  }

  async #leave(): Promise<void> {
    if (!this.#running || !this.#entered) return;
    const { name, room } = this.#entered;
    await this.#running.call.leave();
    this.#site?.left();
    this.#after(name, room, {
      title: 'You left the room',
      detail: `The others in ${room} can go on without you.`,
    }, 'Rejoin');
  }

  /** Enters again as the same person with the same devices. */
  async #again(name: string, room: string): Promise<void> {
    const errors = await this.#media.resume();
    try {
      await this.#enter(name, room, true);
    } catch (error) {
      // The lobby leads to the sign-in.
      if (signInLink(error, returnAddress())) return this.open();
      return this.#ended(name, room, error);
    }
    for (const source of ['mic', 'camera'] as const) {
      if (errors[source] === undefined) continue;
      toast(explainMedia(errors[source], wordOf(source)).title);
    }
  }

  #ended(name: string, room: string, error: unknown): void {
    if (this.#running) this.#site?.left(reasonOf(error));
    else this.#site?.refused(error);
    this.#after(name, room, explainServer(reasonOf(error)), 'Try again',
      mayBeNetwork(error));
  }

  #after(
    name: string,
    room: string,
    explanation: { title: string; detail: string },
    again: string,
    offerCheck = false,
  ): void {
    // Else the microphone would be open after rejoining.
    this.#talk.release();
    this.#running?.close();
    this.#running = undefined;
    this.#media.stop();
    keepName(name);
    document.title = `${explanation.title} · Troupe`;
    this.#show(messageScreen(explanation, [
      {
        label: again, primary: true, busy: 'Joining…',
        run: () => this.#again(name, room),
      },
      {
        label: 'New room',
        run: () => {
          history.replaceState(null, '',
            location.pathname + (STEERED ? '#embed' : ''));
          void this.open();
        },
      },
      ...offerCheck ? [{ label: 'Check your connection', run: openCheck }] : [],
    ]));
    history.replaceState(null, '', ownLinkFor(room));
  }

  /** Does what a key stands for, as far as it has a meaning here. */
  #run(command: Exclude<Command, 'talk'>): void {
    if (command === 'help') return toggleShortcutDialog();
    const running = this.#running;
    if (!running && !this.#lobby) return;
    switch (command) {
      case 'mic': return this.#toggle('mic');
      case 'camera': return this.#toggle('camera');
      case 'view': return running?.view.views.next();
      case 'full-screen': return void running?.view.views.full.toggle();
      case 'next-page': return running?.view.stage.turnPage(1);
      case 'previous-page': return running?.view.stage.turnPage(-1);
      case 'charts': return running?.view.toggleCharts();
      case 'hand': return running?.conversation.toggleHand();
      case 'chat': return running?.conversation.toggleChat();
      case 'settings': return this.#openSettings();
      case 'people': return running?.people.toggle();
    }
  }

  /** Shows a view; a later one takes the keyboard along, the first waits. */
  #show(view: HTMLElement): void {
    const first = !this.root.hasChildNodes();
    closeSettings();
    this.root.replaceChildren(view);
    if (!first) focusHeading(view);
  }
}

/** Camera and microphone as the settings want them. */
function ownMedia(): LocalMedia {
  return new LocalMedia(() => mediaChoices(settings()));
}

function wordOf(source: LocalSource): string {
  return source === 'mic' ? 'microphone' : 'camera';
}

function linkFor(room: string): string {
  return inviteLink(location.origin, location.pathname, room);
}

function ownLinkFor(room: string): string {
  return linkFor(room) + (CODEC === 'vp8' ? '' : `&codec=${CODEC}`) +
    (STEERED ? '#embed' : '');
}

/** Keeps the token in the address for this tab, and nowhere else. */
function adoptToken(): boolean {
  const { token, address } = takeToken(location.href);
  if (token) tokens.keep(token);
  const here = location.pathname + location.search + location.hash;
  if (address !== here) history.replaceState(null, '', address);
  return token !== '';
}

/** The room in the address, as it stands there. */
function askedRoom(): string {
  return (new URLSearchParams(location.search).get('room') ?? '').trim();
}

/** This page's own address, with the room that is asked for. */
function returnAddress(): string {
  const asked = askedRoom();
  return asked ? ownLinkFor(asked).replace(/#.*/, '')
    : location.origin + location.pathname;
}

/** Whether a person has left the place where they waited to be let in. */
function hasGivenUp(error: unknown): boolean {
  return error instanceof ServerError && error.code === 'gave-up';
}

/** The way to the sign-in, for a refusal that names one. */
function signInLink(error: unknown, back: string): ErrorLink | undefined {
  const loginUrl = error instanceof ServerError ? error.loginUrl : '';
  const href = loginUrl && signInAddress(loginUrl, back);
  // Sign-ins refuse to be shown in frames.
  return href ? { label: 'Sign in', href, newTab: window !== window.top }
    : undefined;
}

/** The server does not say so when it ends a call with its token. */
function reasonOf(error: unknown): unknown {
  const expired = hasExpired(readToken(tokens.token), Date.now());
  const closed = error instanceof Error && error.message === 'Room closed';
  return expired && closed
    ? new ServerError({ reason: 'token-expired' }) : error;
}

/** The code that talks to the site around a frame. */
async function loadSite(page: EmbeddedPage): Promise<Site> {
  return (await import('./embedded/site')).openSite(page);
}

/** A name that a token gives is not this person's choice. */
function keepName(name: string): void {
  if (!readToken(tokens.token)?.name) localStorage.setItem(NAME_KEY, name);
}

const root = document.getElementById('app');
if (root) {
  followTheme();
  followMirror();
  openLiveRegion();
  const app = new App(root);
  window.addEventListener('hashchange', () => app.tokenCame());
  if (window.parent === window) void app.open();
  else void app.openFor(loadSite);
}

