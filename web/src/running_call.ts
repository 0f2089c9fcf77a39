/** A call with all that belongs to it: its window, ears, eyes and voices. */

import { SCREEN } from './arrangement';
import { Call } from './call';
import type { CallWatcher } from './call_watcher';
import { CallSounds } from './call_sounds';
import { Conversation } from './conversation';
import { DecisionLog, layersWords, merged } from './decisions';
import type { Codec } from './encodings';
import { openInvite } from './invite';
import type { LocalMedia } from './local_media';
import { Monitor } from './monitor';
import { moreActions } from './more_actions';
import { MutedHint } from './muted_hint';
import { PeopleControls } from './people_controls';
import type { Person } from './people_list';
import type { RemoteTrack } from './receiver';
import { Presenter } from './presenter';
import { RecordingHost } from './recording_host';
import { ServerStats } from './server_stats';
import { settings } from './settings';
import { isPicture, type PictureSource } from './signaling';
import { AllSights } from './sights';
import { AudioOut } from './ui/audio_out';
import { CallView } from './ui/call_view';
import { ask } from './ui/confirm';
import { Waiting } from './waiting';
import { toast } from './ui/notice';
import type { ToolbarActions } from './ui/toolbar';
import type { WhyFacts } from './ui/why_panel';
import { layerCount, Viewer } from './viewer';
import { explainServer } from './words';

export interface RunningCallOptions {
  room: string;
  name: string;
  link: string;
  /** This person has been in the room before. */
  returning: boolean;
  media: LocalMedia;
  codec: Codec;
  /** Is told what happens, besides the window. */
  watcher: CallWatcher | undefined;
  actions: Omit<ToolbarActions, 'toggleChat' | 'reactMenu' | 'more' |
    'toggleRecording'>;
  ended(error: Error): void;
  /** Shows what stands in the window until the person is let in. */
  show(view: HTMLElement): void;
  openSettings(): void;
}

export class RunningCall {
  readonly call: Call;
  readonly view: CallView;
  readonly audio: AudioOut;
  readonly conversation: Conversation;
  readonly people: PeopleControls;
  readonly recording = new RecordingHost({
    notices: () => this.view.notices,
    ask,
    changed: () => this.#paintControls(),
  });
  readonly presenter = new Presenter({
    share: () => this.call.share, mayShare: () => this.people.mayShare(),
  });
  #monitor: Monitor;
  #mutedHint: MutedHint;
  #sounds = new CallSounds(settings(), () => this.audio.speaker);
  #viewer: Viewer;
  #decisions = new DecisionLog();
  #stats: ServerStats;
  #watched = false;
  #waiting: Waiting;
  #frozeAt = new WeakMap<RemoteTrack, number>();
  #present: Person[] = [];

  /** Resolves once in the room; rejects with the reason if that fails. */
  static async enter(options: RunningCallOptions): Promise<RunningCall> {
    const running = new RunningCall(options);
    try {
      await running.call.join();
      running.#waiting.entered();
    } catch (error) {
      running.close();
      throw error;
    }
    return running;
  }

  private constructor(private readonly options: RunningCallOptions) {
    const { room, name, link, returning, media, codec, actions } = options;
    this.conversation = new Conversation(() => this.view,
      () => this.#paintControls(), (text) => this.people.serverSaid(text),
      (id, text) => options.watcher?.said(id, text));
    this.people = new PeopleControls({
      call: () => this.call, view: () => this.view, media,
      hands: () => this.conversation.hands,
      invite: () => this.invite(),
    });
    this.#waiting = new Waiting({
      room, show: options.show, leave: () => this.call.giveUp(),
    });
    this.call = new Call({
      room, name, media, codec, waitListener: this.#waiting,
      listener: {
        peopleChanged: (people) => this.#refresh(people),
        reconnecting: (active) => {
          this.#monitor.liveness.reconnecting = active;
          if (active) this.view.expectReturns();
          this.#sounds.expectReturns();
        },
        ended: (error) => options.ended(error),
        warned: (error) => toast(explainServer(error).title),
        told: (act) => this.people.told(act),
        layersChanged: (track, { spatialLayer, temporalLayer }) =>
          this.#decided(track, 'server',
            layersWords(spatialLayer, temporalLayer)),
        speaker: (id) => this.#speaks(id),
        lobbyChanged: () => this.people.lobby.changed(),
      },
      dataListener: this.conversation,
      recording: this.recording,
    });
    this.conversation.room = this.call.data;
    this.#stats = new ServerStats(this.call.requester);
    this.view = new CallView({
      room, link, returning, presenter: this.presenter,
      recording: this.recording.place,
      togglePeople: () => this.people.toggle(),
      invite: () => this.invite(),
      actions: {
        ...actions,
        toggleChat: () => this.conversation.toggleChat(),
        reactMenu: (anchor) => this.conversation.openReactMenu(anchor),
        toggleRecording: () => void this.recording.controls?.toggle(),
        more: () => moreActions(this),
      },
      info: {
        samples: (id) => this.#samples(id),
        why: (id) => this.#why(id),
        watched: (watched) => { this.#watched = watched; },
      },
    });
    this.audio = new AudioOut(() =>
      toast('Click anywhere to hear the others'));
    this.#monitor = new Monitor(this.call, media, {
      level: (id, level, speaking) => this.view.setLevel(id, level, speaking),
      quality: (id, quality) => {
        this.view.setQuality(id, quality);
        this.people.setQuality(id, quality);
      },
      speaker: (id) => this.#speaks(id),
      measured: () => this.#measured(),
      trouble: (id, trouble) => this.view.stage.setTrouble(id, trouble),
      screenTrouble: (id, trouble) =>
        this.view.stage.setScreenTrouble(id, trouble),
      outage: (outage) => this.view.setOutage(outage),
    }, () => this.#stats.estimate, (track) => this.#viewer.receives(track));
    const sights = new AllSights(this.view.stage, this.view.views.pip,
      () => document.visibilityState === 'hidden');
    this.#mutedHint = new MutedHint({
      media, settings: settings(), notices: () => this.view.notices,
      unmute: () => actions.toggleMic(),
    });
    this.#viewer = new Viewer(() => this.call.receiver, sights,
      (track, text) => this.#decided(track, 'page', text), settings(),
      () => this.#refresh(this.#present));
  }

  openSettings(): void {
    this.options.openSettings();
  }

  /** Shows the ways to invite somebody to this room. */
  invite(): void {
    openInvite(this.options.room, this.options.link);
  }

  close(): void {
    this.#monitor.stop();
    this.#mutedHint.close();
    this.#sounds.close();
    this.#viewer.stop();
    this.audio.close();
    this.conversation.close();
    this.people.close();
    this.recording.close();
    this.view.close();
  }

  #refresh(people: Person[]): void {
    this.#present = people;
    // A picture that the settings leave out would stand still.
    this.view.setPeople(people.map((one) => this.#viewer.withholds(one.id)
      ? { ...one, camera: null } : one));
    this.#viewer.look();
    this.#monitor.liveness.company = people.length > 1;
    this.audio.setPeople(people);
    this.conversation.setPeople(people);
    this.people.setPeople(people);
    this.#sounds.setPeople(people);
    this.#paintControls();
    this.options.watcher?.people(people);
  }

  #speaks(id: string): void {
    this.view.stage.setSpeaker(id);
    this.options.watcher?.speaks(id);
  }

  #paintControls(): void {
    const { media } = this.options;
    this.#sounds.setHands(this.conversation.hands);
    this.view.setControls({
      mic: media.isOn('mic'),
      camera: media.isOn('camera'),
      share: this.call.share.state,
      chat: this.conversation.controls,
      record: this.recording.controls?.look,
    });
    this.people.paint();
  }

  #measured(): void {
    const transport = this.call.receiver?.transport;
    if (this.#watched && transport) {
      void this.#stats.refreshTransport(transport);
    }
    this.#noteFreezes();
    this.view.drawFigures();
  }

  #decided(track: RemoteTrack, by: 'page' | 'server', text: string): void {
    this.#decisions.note(track.consumer.id, { atMs: Date.now(), by, text });
  }

  #noteFreezes(): void {
    for (const track of this.call.receiver?.tracks() ?? []) {
      if (!isPicture(track.source) || track.paused) continue;
      const { flows } = this.#monitor;
      const latest = flows.samples(track.peerId, track.source).at(-1);
      if (!latest?.froze || latest.atMs === this.#frozeAt.get(track)) continue;
      this.#frozeAt.set(track, latest.atMs);
      this.#decided(track, 'page', 'The picture froze');
    }
  }

  /** Whose picture a tile shows. */
  #picture(id: string): { personId: string; source: PictureSource } {
    return id === SCREEN
      ? { personId: this.view.stage.sharer ?? '', source: 'screen' }
      : { personId: id, source: 'camera' };
  }

  #samples(id: string) {
    const { personId, source } = this.#picture(id);
    return this.#monitor.flows.samples(personId, source);
  }

  #why(id: string): WhyFacts {
    const { personId, source } = this.#picture(id);
    const track = this.call.receiver?.tracks().find((one) =>
      one.peerId === personId && one.source === source);
    if (track) void this.#stats.refreshConsumer(track.consumer.id);
    const media = track?.consumer ?? this.call.sender?.producer('camera');
    const mimeType = media?.rtpParameters.codecs[0]?.mimeType ?? '';
    const told = track && this.#stats.decisions(track.consumer.id);
    const noted = track ? this.#decisions.of(track.consumer.id) : [];
    return {
      samples: this.#samples(id),
      decisions: told?.length ? merged(told, noted) : [...noted],
      layers: track && layerCount(track),
      codec: mimeType.replace(/^video\//, ''),
      figures: track ? this.#stats.figures(track.consumer.id) : [],
      explained: told && told.length > 0,
      isSelf: personId === 'self',
    };
  }
}
