/**
 * Shows the real parts of the page with invented people, to be looked at:
 * fixture.html?view=call&people=5&theme=light&screen=1&outage=server
 * … &open=More|React, &toast=1, &keys=1, &invite=1
 * … &mode=speaker|sidebar&self=float|hidden&unseen=NUMBER
 * … &charts=1&why=1&chat=1&hands=1&unread=1
 * … &recording=notice|ask|accepted|declined, &recordings=1 (the list)
 * … &panel=people&host=1&locked=1&knocks=3&notices=1&ask=remove|end|share|record|stop|consent, screen=2
 * fixture.html?view=lobby&error=camera|permission|REASON&sign-in=URL
 * … &settings=video|audio|network|call, in a call and in the lobby
 * … &name=Ada&known=1&user=ada&room=NAME, ?view=left,
 * ?view=waiting, &busy=1
 * fixture.html?view=section&background=none|blur|evening|…&trouble=1
 */

import { cameraBackground } from '../src/background';
import type { FlowSample } from '../src/flow';
import type { Person } from '../src/people_list';
import { LocalMedia } from '../src/local_media';
import { LobbyControls } from '../src/lobby_controls';
import type { OutageReason } from '../src/outage';
import { inviteLink } from '../src/people';
import type { Quality } from '../src/quality';
import {
  askWords, drainWords, shareQuestion,
} from '../src/moderation_words';
import { recordLook } from '../src/recording_words';
import { roomName } from '../src/rooms';
import { openInvite } from '../src/invite';
import type { ShareState } from '../src/screen_share';
import { surfaceOf } from '../src/screen_words';
import { settings } from '../src/settings';
import { openActions } from '../src/ui/menu';
import { CallView } from '../src/ui/call_view';
import { ChatPanel } from '../src/ui/chat_panel';
import { confirm, type Question } from '../src/ui/confirm';
import { Keys } from '../src/ui/keys';
import { Lobby } from '../src/ui/lobby';
import { messageScreen, toast } from '../src/ui/notice';
import { PeoplePanel } from '../src/ui/people_panel';
import { openReactMenu } from '../src/ui/react_menu';
import { openSettings } from '../src/ui/settings_dialog';
import { backgroundSection } from '../src/ui/settings_background';
import { el } from '../src/ui/dom';
import { toggleShortcutDialog } from '../src/ui/shortcut_dialog';
import { WaitingView } from '../src/ui/waiting_view';
import type { WhyFacts } from '../src/ui/why_panel';
import { Speaker } from '../src/speaker';
import { ServerError } from '../src/server_error';
import { explainServer } from '../src/words';
import {
  RECORDING_QUESTIONS, recordingBanner, showRecordings,
} from './recording_fixture';

const NAMES = ['Amara Okafor', 'Jonas Lindqvist', 'Mei Tanaka', 'Rafael',
  'Sofía Herrera de la Fuente y Montalbán', 'Élodie Martin', 'Noah',
  'Priya Raman', 'Tomasz Zieliński', 'Ines', 'Oskar', 'Lea'];

const query = new URLSearchParams(location.search);
const room = query.get('room') ?? 'velvet-canoe-maple-tender-photo-lantern';

/** A painted stand-in for a camera: a sitter before a wall. */
function sitter(index: number, width = 640, height = 360): MediaStreamTrack {
  const canvas = Object.assign(document.createElement('canvas'),
    { width, height });
  const paint = canvas.getContext('2d')!;
  const hue = (index * 67 + 25) % 360;
  const draw = () => {
    const wall = paint.createLinearGradient(0, 0, width, height);
    wall.addColorStop(0, `hsl(${hue} 30% 62%)`);
    wall.addColorStop(1, `hsl(${hue + 30} 34% 34%)`);
    paint.fillStyle = wall;
    paint.fillRect(0, 0, width, height);
    const sway = Math.sin(performance.now() / 900 + index) * 6;
    paint.fillStyle = `hsl(${hue + 180} 32% 30%)`;
    paint.beginPath();
    paint.ellipse(width / 2 + sway, height * 1.05, 150, 130, 0, 0, 7);
    paint.fill();
    paint.fillStyle = `hsl(${18 + index * 3} 42% ${72 - (index * 13) % 45}%)`;
    paint.beginPath();
    paint.ellipse(width / 2 + sway, height * 0.5, 62, 80, 0, 0, 7);
    paint.fill();
  };
  draw();
  setInterval(draw, 66);
  return canvas.captureStream(15).getVideoTracks()[0]!;
}

function slide(): MediaStreamTrack {
  const canvas = Object.assign(document.createElement('canvas'),
    { width: 1280, height: 800 });
  const paint = canvas.getContext('2d')!;
  const draw = () => {
    paint.fillStyle = '#fdfcf8';
    paint.fillRect(0, 0, 1280, 800);
    paint.fillStyle = '#2a1f3d';
    paint.font = '700 72px sans-serif';
    paint.fillText('Season plan', 96, 170);
    [310, 420, 530, 640].forEach((y, line) => {
      paint.fillStyle = line % 2 ? '#ffb52e' : '#6f59a8';
      paint.fillRect(96, y, 1000 - line * 190, 56);
    });
  };
  draw();
  setInterval(draw, 200);
  return canvas.captureStream(5).getVideoTracks()[0]!;
}

/** What this person shares: `sharing`, `sharing=paused`, `sharing=window`. */
function share(): ShareState | undefined {
  const kind = query.get('sharing');
  if (kind === null) return undefined;
  const paused = kind === 'paused';
  return {
    picture: slide(), paused, content: paused ? 'film' : 'text',
    surface: surfaceOf(paused ? 'browser' : kind || 'monitor', paused),
    showsItself: kind === '',
  };
}

function person(index: number): Person {
  const cameraOff = index % 4 === 3;
  return {
    id: index === 0 ? 'self' : `p${index}`,
    name: NAMES[index % NAMES.length]!,
    isSelf: index === 0,
    isHost: index === (query.has('host') ? 0 : 1),
    micMuted: index % 3 === 2,
    cameraOff,
    camera: cameraOff ? null : sitter(index),
    screen: index > 0 && index <= Number(query.get('screen') ?? 0)
      ? slide() : null,
    audio: null,
  };
}

/** A minute of a link that narrowed and widened again. */
function samples(): FlowSample[] {
  return Array.from({ length: 60 }, (_, second) => {
    const narrow = second > 20 && second < 42;
    const height = narrow ? 180 : 720;
    return {
      atMs: second * 1000,
      bitrate: (narrow ? 160_000 : 1_500_000) * (0.9 + (second % 7) / 30),
      loss: second > 19 && second < 24 ? 0.08 : 0,
      framesPerSecond: 30, width: height * 16 / 9, height,
      layer: narrow ? 0 : 2,
      estimate: narrow ? 280_000 : 1_900_000,
      froze: second === 21,
    };
  });
}

function why(): WhyFacts {
  const decision = (ago: number, by: 'server' | 'page', text: string) =>
    ({ atMs: 1_700_000_000_000 - ago * 1000, by, text });
  return {
    samples: samples(),
    layers: { spatial: 3, temporal: 3 },
    codec: 'VP8',
    figures: [['Score', '9 of 10'], ['Retransmitted', '12 packets'],
      ['Dropped', '0 packets'], ['Key frames requested', '3']],
    explained: true,
    isSelf: false,
    decisions: [
      decision(18, 'server', 'Sends layer 2: requested by this page ' +
        '(estimated at 1.9 Mbit/s)'),
      decision(39, 'server', 'Sends layer 0: limited by the path to you ' +
        '(estimated at 280 kbit/s)'),
      decision(61, 'page', 'Asked for layer 2: the picture fills 1216 pixels'),
    ],
  };
}

function showChat(view: CallView): void {
  const nothing = () => undefined;
  const chat = new ChatPanel({ say: nothing, sendFile: nothing });
  view.panel.open('Chat', chat.root, nothing);
  if (query.get('chat') === 'empty') return;
  const jonas = { name: NAMES[1]!, isSelf: false };
  const me = { name: 'You', isSelf: true };
  const past = (text: string, minutes: number, name = 'Priya Raman') =>
    ({ author: { name, isSelf: false }, text, atMs: Date.now() - minutes * 6e4 });
  if (query.get('chat') === 'earlier') {
    chat.addEarlier('Before you joined', [
      past('I have to go at ten. The list is at https://plan.example/list', 31),
      past('And the hall is booked until noon.', 30),
      past('Thank you! See you there.', 28, 'Jonas Weber'),
    ]);
  }
  chat.addText(jonas, 'Good morning! Are we all here?');
  chat.addText(jonas, 'The plan is at https://plan.example/season/2027/' +
    'autumn-and-winter-programme-draft-4');
  chat.addText(me, 'Everyone but Mei. She has <b>two minutes</b>.');
  if (query.get('chat') === 'earlier') return;
  chat.addFile(jonas, 'Season plan, all halls, fourth draft.pdf', 2_400_000)
    .complete(new Blob(['plan']));
  chat.addFile(jonas, 'rehearsal.zip', 4_900_000).progress(2_900_000);
  chat.addFile(me, 'photo.jpg', 740_000).complete();
  chat.addFile(me, 'film.mp4', 94_000_000)
    .failed('Files can have 5 MB at most');
}

/** The lobby with so many people, who have asked this host to be let in. */
function knockAt(view: CallView, count: number): LobbyControls {
  const waiting = NAMES.slice(4, 4 + count).map((name, index) => ({
    knockId: String(index), name, sinceMs: Date.UTC(2026, 10, 23, 9, index),
  }));
  const nothing = async () => undefined;
  const controls = new LobbyControls({
    lobby: () => ({
      enabled: query.has('knocks'), waiting, enable: nothing, letIn: nothing,
      turnAway: nothing, say: nothing,
    }),
    isHost: () => query.has('host'), notices: () => view.notices,
    openList: () => undefined, attempt: (act) => void act(),
  });
  controls.changed();
  return controls;
}

function showWaiting(root: HTMLElement): void {
  const view = new WaitingView(room, () => undefined);
  if (query.has('busy')) {
    view.update(
      { waitingCount: 12, hostPresent: false, reason: 'busy', place: 4 });
    root.replaceChildren(view.root);
    return;
  }
  view.update({ waitingCount: 3, hostPresent: !query.has('alone') });
  view.say('We begin in five minutes, thank you for waiting.', NAMES[0]!);
  root.replaceChildren(view.root);
}

/** The list of people, as a host sees it with `host`. */
function showPeople(view: CallView, people: Person[]): void {
  const nothing = () => undefined;
  const panel = new PeoplePanel({
    menu: (one, anchor) => openActions(anchor, `Actions for ${one.name}`, [
      { icon: 'mic', label: 'Ask to unmute', run: nothing },
      { icon: 'cameraOff', label: 'Turn camera off', run: nothing },
      { icon: 'crown', label: 'Make host', run: nothing },
      {
        icon: 'leave', label: 'Remove from the call', danger: true,
        run: nothing,
      },
    ]),
    muteAll: nothing, lock: nothing, endForAll: nothing, invite: nothing,
  }, knockAt(view, Number(query.get('knocks'))).section);
  view.panel.open('People', panel.root, nothing);
  view.setPeopleOpen(true);
  panel.show({
    entries: people.map((one, index) => ({
      person: one, hand: index === 3 ? 0 : undefined,
      quality: (index % 5 === 4 ? 1 : 4 - (index % 3)) as Quality,
    })),
    isHost: query.has('host'), locked: query.has('locked'),
  });
}

function showNotices(view: CallView): void {
  view.notices.show('draining',
    { icon: 'bell', text: drainWords(58 * 60_000) });
  view.notices.show('message',
    { icon: 'bell', text: 'The hall closes in five minutes' });
  const { text, accept } = askWords('audio', NAMES[1]!);
  const nothing = () => undefined;
  view.notices.show('asked', {
    icon: 'mic', text, answers: [
      { label: accept, primary: true, run: nothing },
      { label: 'Not now', run: nothing },
    ],
  });
}

const QUESTIONS: Record<string, Question> = {
  remove: {
    title: `Remove ${NAMES[2]}?`, accept: 'Remove', danger: true,
    detail: `${NAMES[2]} is told, and can join again while the room is not ` +
      'locked.',
  },
  end: {
    title: 'End the call for everyone?', accept: 'End for all', danger: true,
    detail: 'All people are disconnected at once. To go while the others ' +
      'stay, leave instead.',
  },
  ...RECORDING_QUESTIONS,
  share: { ...shareQuestion([NAMES[1]!]), accept: 'Share beside it' },
};

/** The value of a parameter, or the first of those that it may have. */
function choice<Value extends string>(name: string, all: Value[]): Value {
  return all.find((one) => one === query.get(name)) ?? all[0]!;
}

/** The keys that change what is shown. */
function followKeys(view: CallView): void {
  new Keys({
    run: (command) => {
      switch (command) {
        case 'view': return view.views.next();
        case 'full-screen': return void view.views.full.toggle();
        case 'next-page': return view.stage.turnPage(1);
        case 'previous-page': return view.stage.turnPage(-1);
      }
    },
    talk: () => undefined,
  });
}

function showCall(root: HTMLElement): void {
  const nothing = () => undefined;
  const view: CallView = new CallView({
    room,
    link: inviteLink('https://call.example', '/', room),
    actions: {
      toggleMic: nothing, toggleCamera: nothing, toggleShare: nothing,
      micMenu: nothing, cameraMenu: nothing, leave: nothing,
      toggleChat: nothing, toggleRecording: nothing, more: () => view.views.actions(),
      reactMenu: (anchor) => openReactMenu(anchor,
        { handUp: false, raise: nothing, react: nothing }),
    },
    info: { samples, why, watched: nothing },
    recording: recordingBanner(query.get('recording')),
    presenter: { choose: nothing, pause: nothing, setContent: nothing },
    togglePeople: nothing, invite: () => openInvite(room,
      inviteLink('https://call.example', '/', room)),
  });
  root.replaceChildren(view.root);
  followKeys(view);
  const count = Number(query.get('people') ?? 2);
  const people = Array.from({ length: count }, (_, index) => person(index));
  if (query.has('off')) {
    people.forEach((one) => Object.assign(one, { cameraOff: true }));
  }
  view.setPeople(people);
  view.setControls({
    mic: !query.has('muted'), camera: true, share: share(),
    chat: { open: false, unread: query.has('unread') ? 3 : 0, hand: false },
    record: query.has('recording') || query.get('ask') === 'record'
      ? recordLook(query.has('recording')) : undefined,
  });
  settings().set('layout', choice('mode', ['grid', 'speaker', 'sidebar']));
  settings().set('selfView', choice('self', ['tile', 'float', 'hidden']));
  if (query.has('charts')) view.toggleCharts();
  if (query.has('chat')) showChat(view);
  if (query.get('panel') === 'people') showPeople(view, people);
  if (query.has('notices')) showNotices(view);
  view.setLocked(query.has('locked'));
  const question = QUESTIONS[query.get('ask') ?? ''];
  if (question) void confirm(question);
  if (query.has('why')) view.openWhy(people[1]!.id);
  if (query.has('hands')) {
    view.stage.setHand(people[1]!.id, true);
    view.stage.react(people[1]!.id, '👏');
  }
  people.forEach(({ id }, index) =>
    view.setQuality(id, (index % 5 === 4 ? 1 : 4 - (index % 3)) as Quality));
  const reason = query.get('outage') as OutageReason | null;
  if (reason) interrupt(view, people, reason);
  if (query.has('again')) view.setOutage(undefined);
  const speaker = people[Math.min(1, people.length - 1)]!;
  view.setLevel(speaker.id, 0.2, true);
  if (count > 3) view.setLevel(people[3]!.id, 0.15, true);
  const unseen = people[Number(query.get('unseen') ?? 0)];
  if (unseen?.isSelf === false) speakUnseen(view, unseen);
  showOpened();
  // For tests, which have no others to speak.
  Object.assign(window, { fixture: { view, people } });
}

/** As if this person had been speaking for a while. */
function speakUnseen(view: CallView, { id }: Person): void {
  setInterval(() => view.setLevel(id, 0.2, true), 100);
}

/** What opens above a call: lines, menus, the list of keys. */
function showOpened(): void {
  if (query.has('toast')) {
    toast('Amara and 3 others joined');
    toast('Jonas Lindqvist: Good morning! Are we all here? I have the plan.');
  }
  const section = query.get('settings');
  if (section) {
    openSettings({
      media: new LocalMedia(), speaker: new Speaker(), inCall: true,
    }, section);
  }
  if (query.has('keys')) toggleShortcutDialog();
  if (query.has('invite')) {
    openInvite(room, inviteLink('https://call.example', '/', room));
  }
  if (query.has('recordings')) showRecordings(query.get('recordings') !== 'none');
  const label = query.get('open');
  // A button has its place once the window has been laid out.
  if (label) {
    requestAnimationFrame(() => requestAnimationFrame(() => document
      .querySelector<HTMLElement>(`[aria-label^="${label}"]`)?.click()));
  }
}

function interrupt(
  view: CallView,
  people: Person[],
  reason: OutageReason,
): void {
  view.setOutage({ reason, forMs: 12_000 });
  if (reason === 'signaling') return;
  view.stage.setScreenTrouble(view.stage.sharer ?? '', 'screen-stands');
  for (const { id, isSelf, cameraOff } of people) {
    view.stage.setTrouble(id, isSelf ? 'unseen-and-unheard'
      : cameraOff ? 'voice-silent' : 'picture-stands');
    view.setQuality(id, 0);
  }
}

async function showLobby(root: HTMLElement): Promise<void> {
  const media = new LocalMedia();
  const lobby: Lobby = new Lobby({
    room,
    invited: query.has('invited'),
    name: query.get('name') ?? '',
    known: query.has('known'),
    user: query.get('user') ?? '',
    media,
    roomOf: (text) => roomName(text),
    linkFor: (name) => inviteLink('https://call.example', '/', name),
    join: async () => undefined,
    deviceMenu: () => undefined,
    speakerMenu: () => undefined,
    testSpeaker: async () => undefined,
    openSettings: () => undefined,
  });
  root.replaceChildren(lobby.root);
  const error = query.get('error');
  const loginUrl = query.get('sign-in') ?? '';
  if (error === 'camera') {
    const denied = new DOMException('denied', 'NotAllowedError');
    lobby.setErrors({ camera: denied, mic: denied });
    return;
  }
  if (error === 'permission') {
    media.start = () => new Promise(() => undefined);
  }
  if (error && error !== 'permission') {
    const refusal = new ServerError({ reason: error, loginUrl });
    lobby.showError(explainServer(refusal), loginUrl
      ? { label: 'Sign in', href: loginUrl, newTab: false } : undefined);
  }
  await lobby.start();
}

/** A page of the settings, without the dialog. */
async function showSection(root: HTMLElement): Promise<void> {
  settings().set('background', query.get('background') ?? 'none');
  if (query.has('trouble')) window.backgroundDelayMs = 90;
  else window.backgroundLimitMs = 5000;
  const media = new LocalMedia();
  cameraBackground().attach(media);
  const { root: section } = backgroundSection.open(
    { media, speaker: new Speaker(), inCall: false });
  root.replaceChildren(el('main', { class: 'message' }, el('div',
    { class: 'message-card' }, el('h1', {}, backgroundSection.title), section)));
  await media.switchOn('camera');
}

function showLeft(root: HTMLElement): void {
  root.replaceChildren(messageScreen({
    title: 'You left the room',
    detail: `The others in ${room} can go on without you.`,
  }, [
    { label: 'Rejoin', primary: true, run: () => undefined },
    { label: 'New room', run: () => undefined },
  ]));
}

const root = document.getElementById('app')!;
const theme = query.get('theme');
if (theme) document.documentElement.dataset['theme'] = theme;
const view = query.get('view') ?? 'call';
if (view === 'lobby') void showLobby(root);
else if (view === 'left') showLeft(root);
else if (view === 'waiting') showWaiting(root);
else if (view === 'section') void showSection(root);
else showCall(root);
