/** A call: joins a room, sends, receives, and comes back after a break. */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { DataRoom, type DataListener } from './data/data_room';
import type { Codec } from './encodings';
import { giveUp, Knock, type WaitListener } from './knock';
import { LobbyHost } from './lobby_host';
import type { LocalMedia } from './local_media';
import { Moderation } from './moderation';
import type { HostAct } from './moderation_words';
import { othersOf, type Person } from './people_list';
import { placeIn, type Place } from './place';
import { Receiver, type RemoteTrack } from './receiver';
import type { RecordingHost } from './recording_host';
import { ScreenShare } from './screen_share';
import { Sender } from './sender';
import { Signaling } from './signaling';
import type {
  Connection, DataProducerInfo, JoinAnswer, LayersPush, Participant, ProducerInfo,
  Requester, Source,
} from './signaling';
import { readToken, tokens } from './token';
import { restartIce } from './transport';

export interface CallListener {
  peopleChanged(people: Person[]): void;
  /** True while the connection is lost and being found again. */
  reconnecting(active: boolean): void;
  /** The call is over without the person having asked for it. */
  ended(error: Error): void;
  /** Something failed, but the call goes on. */
  warned(error: unknown): void;
  /** The server sends other layers of a picture than before. */
  layersChanged(track: RemoteTrack, push: LayersPush): void;
  /** A host or the server did something that concerns this person. */
  told(act: HostAct): void;
  /** The server has decided who has the floor. */
  speaker(personId: string): void;
  /** The lobby of the room has changed, or who waits there. */
  lobbyChanged(): void;
}

export interface CallOptions {
  room: string;
  name: string;
  media: LocalMedia;
  codec: Codec;
  listener: CallListener;
  waitListener: WaitListener;
  dataListener: DataListener;
  recording: RecordingHost;
}

export class Call {
  readonly data: DataRoom;
  readonly moderation: Moderation;
  readonly share = new ScreenShare(() => {
    void this.#publish('screen');
    void this.#publish('screen-audio');
  });
  readonly lobby: LobbyHost;
  #knock: Knock;
  #signaling: Signaling;
  #place: Place;
  #peerId = '';
  #sender: Sender | undefined;
  #receiver: Receiver | undefined;
  #participants: Participant[] = [];
  #device: types.Device | undefined;
  /** Under which id the media were set up. */
  #enteredAs = '';
  #joined = false;
  #farewell: Error | undefined;
  #over = false;
  #round = 0;
  #forget: () => void;
  /** Producers announced before the receiving transport stood. */
  #early: ProducerInfo[] = [];
  #earlyData: DataProducerInfo[] = [];
  /** Changes of one source happen one after the other. */
  #publishing = new Map<Source, Promise<void>>();
  #settle: { done(): void; failed(error: Error): void } | undefined;

  constructor(private readonly options: CallOptions) {
    this.#place = placeIn(options.room);
    this.#signaling = new Signaling(options.name, {
      connected: () => void this.#enter(),
      disconnected: (final) => this.#lost(final),
      failed: (error, final) => this.#failed(error, final),
    }, options.room);
    this.data = new DataRoom(this.#signaling, options.dataListener);
    this.moderation = new Moderation(this.#signaling, {
      changed: () => {
        if (!this.moderation.isHost) this.lobby.dismissed();
        options.recording.rightsChanged();
        this.#changed();
        options.listener.lobbyChanged();
      },
      told: (act) => options.listener.told(act),
      dismissed: (reason) => { this.#farewell = reason; },
      nameOf: (peerId) => this.#participants
        .find(({ id }) => id === peerId)?.name || undefined,
    });
    this.#knock = new Knock(this.#signaling, options.waitListener);
    this.lobby = new LobbyHost(this.#signaling, {
      changed: () => options.listener.lobbyChanged(),
      turned: (enabled, by) => options.listener.told(
        { is: 'lobby', enabled, by: this.moderation.author(by) }),
    });
    options.recording.attach(this.#signaling, {
      isSelf: (peerId) => peerId === this.selfId,
      mightRecord: () => readToken(tokens.token)?.record ??
        this.moderation.isHost,
    });
    this.#listenToPushes();
    this.#listenToDataPushes();
    this.#forget = options.media.onChange((source) =>
      void this.#publish(source));
  }

  get sender(): Sender | undefined {
    return this.#sender;
  }

  get receiver(): Receiver | undefined {
    return this.#receiver;
  }

  get selfId(): string {
    return this.#peerId || this.#signaling.peerId;
  }

  /** For whoever asks the server something besides. */
  get requester(): Requester {
    return this.#signaling;
  }

  /** For whoever watches whether the server still answers. */
  get connection(): Connection {
    return this.#signaling;
  }

  /** Resolves once in the room; rejects with the reason if that fails. */
  join(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#settle = { done: resolve, failed: reject };
      this.#signaling.connect();
    }).then(
      () => { this.#settle = undefined; },
      (error) => {
        this.#settle = undefined;
        this.#close();
        throw error;
      },
    );
  }

  /** Stops waiting to be let in: join() rejects. */
  giveUp(): void {
    this.#settle?.failed(giveUp());
  }

  async leave(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#place.forget();
    const bye = this.#signaling.request('leave-room').catch(() => undefined);
    const patience = new Promise((resolve) => setTimeout(resolve, 500));
    if (this.#signaling.connected) await Promise.race([bye, patience]);
    this.#close();
  }

  #close(): void {
    this.#over = true;
    this.#forget();
    this.share.stop();
    this.#closeMedia();
    this.#signaling.close();
    this.#place.release();
  }

  #closeMedia(): void {
    this.data.detach();
    this.#sender?.close();
    this.#receiver?.close();
    this.#sender = undefined;
    this.#receiver = undefined;
  }

  #lost(final: boolean): void {
    this.#round++;
    if (this.#over) return;
    if (this.#settle || final) {
      const error = final ? this.#farewell ?? new Error('Room closed')
        : new Error('Connection timed out');
      if (this.#settle) this.#settle.failed(error);
      else this.#fail(error);
      return;
    }
    this.options.listener.reconnecting(true);
  }

  /** A refused return ends the call; an unreachable server is tried again. */
  #failed(error: Error, final: boolean): void {
    if (this.#settle) this.#settle.failed(error);
    else if (final && !this.#over) this.#fail(error);
  }

  #fail(error: Error): void {
    this.#close();
    this.options.listener.ended(error);
  }

  /** Enters on a new connection: goes on with what there was, or anew. */
  async #enter(): Promise<void> {
    const round = ++this.#round;
    try {
      if (!await this.#goOn(round)) await this.#joinAnew(round);
      if (round !== this.#round) return;
      this.#joined = true;
      this.#settle?.done();
      this.options.listener.reconnecting(false);
      this.#changed();
    } catch (error) {
      if (round !== this.#round || this.#over) return;
      const reason = error instanceof Error ? error : new Error(String(error));
      if (this.#settle) this.#settle.failed(reason);
      else this.#fail(reason);
    }
  }

  /**
   * Takes the place that the server kept: same person, same transports, and
   * on each a new path. False if it kept none, and all has to begin anew.
   */
  async #goOn(round: number): Promise<boolean> {
    const [device, sender, receiver] =
      [this.#device, this.#sender, this.#receiver];
    if (!device || !sender || !receiver) return false;
    try {
      const answer = await this.#joinRoom(device);
      if (this.#enteredAs !== this.selfId) return false;
      await restartIce(this.#signaling, sender.transport);
      await restartIce(this.#signaling, receiver.transport);
      if (round !== this.#round) return true;
      receiver.reconcile(producersOf(answer));
      this.data.reconcile(answer.dataProducers ?? []);
      void this.data.catchUp(this.selfId);
      await this.#publishAll();
      return true;
    } catch (error) {
      if (!this.#signaling.connected) throw error;
      console.info('The server kept no state: joining again', error);
      return false;
    }
  }

  async #joinRoom(device: types.Device): Promise<JoinAnswer> {
    const { room: roomId, name } = this.options;
    const rejoinSecret = await this.#place.secret();
    const answer = await this.#knock.join({
      roomId, name, rtpCapabilities: device.recvRtpCapabilities,
      ...rejoinSecret ? { rejoinSecret } : {},
    });
    if (answer.peerId) this.#peerId = answer.peerId;
    await this.#place.keep(answer);
    this.moderation.entered(answer);
    this.lobby.entered(answer);
    this.options.recording.entered(answer);
    if (answer.participants) this.#participants = answer.participants;
    if (answer.dataProducers) return answer;
    // Who joins again on one connection is told of media alone.
    const { dataProducers = [] } = await this.#signaling
      .request<Pick<JoinAnswer, 'dataProducers'>>('get-data-producers')
      .catch((): Pick<JoinAnswer, 'dataProducers'> => ({}));
    return { ...answer, dataProducers };
  }

  async #joinAnew(round: number): Promise<void> {
    const { room: roomId, codec } = this.options;
    const signaling = this.#signaling;
    this.#closeMedia();
    this.#early = [];
    this.#earlyData = [];
    const { rtpCapabilities } = await signaling.request<{
      rtpCapabilities: types.RtpCapabilities;
    }>('get-rtp-capabilities', { roomId });
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: rtpCapabilities });
    const answer = await this.#joinRoom(device);
    const [sender, receiver] = await Promise.all([
      Sender.open(signaling, device, roomId, codec),
      Receiver.open(signaling, device, roomId, () => this.#changed()),
    ]);
    if (round !== this.#round) {
      sender.close();
      receiver.close();
      return;
    }
    this.#device = device;
    this.#enteredAs = this.selfId;
    this.#sender = sender;
    this.#receiver = receiver;
    this.#receiveAll(answer);
    this.data.attach(
      { sending: sender.transport, receiving: receiver.transport },
      [...answer.dataProducers ?? [], ...this.#earlyData.splice(0)],
      this.#participants.length);
    void this.data.catchUp(this.selfId);
    await this.#publishAll();
  }

  #publishAll(): Promise<unknown> {
    return Promise.all((['mic', 'camera', 'screen', 'screen-audio'] as const)
      .map((source) => this.#publish(source)));
  }

  #receiveAll(answer: JoinAnswer): void {
    for (const info of producersOf(answer)) void this.#receiver?.consume(info);
    for (const info of this.#early.splice(0)) {
      void this.#receiver?.consume(info);
    }
  }

  #listenToPushes(): void {
    const on = this.#signaling.on.bind(this.#signaling);
    on('new-producer', (info) => {
      if (this.#receiver) void this.#receiver.consume(info);
      else this.#early.push(info);
    });
    on('producer-closed', ({ producerId }) =>
      this.#receiver?.producerClosed(producerId));
    on('producer-paused', ({ producerId, by }) => {
      this.#receiver?.setPaused(producerId, true);
      this.#muted(producerId, this.moderation.author(by));
    });
    on('producer-resumed', ({ producerId }) =>
      this.#receiver?.setPaused(producerId, false));
    on('producer-layers-wanted', (push) => void this.#sender?.want(push));
    on('consumer-closed', ({ consumerId }) =>
      this.#receiver?.consumerClosed(consumerId));
    on('consumer-layers-changed', (push) => {
      this.#receiver?.layersChanged(push);
      const track = this.#receiver?.find(push.consumerId);
      if (track) this.options.listener.layersChanged(track, push);
    });
    on('consumer-score', (push) => this.#receiver?.scored(push));
    on('active-speaker', ({ peerId }) => {
      if (peerId && peerId !== this.selfId) {
        this.options.listener.speaker(peerId);
      }
    });
    on('participant-list-update', (people) => {
      this.#participants = people;
      this.moderation.listed(people.find(({ id }) => id === this.selfId));
      this.options.recording.rightsChanged();
      this.#changed();
    });
    on('participant-left', ({ peerId }) => {
      this.#participants = this.#participants.filter(({ id }) => id !== peerId);
      this.#receiver?.peerLeft(peerId);
      this.#changed();
    });
  }

  /** A host has silenced this person, who alone can undo it. */
  #muted(producerId: string, by: string): void {
    const source = this.#sender?.mutedByServer(producerId);
    // Muting is about the voice: a screen is silenced by stopping it.
    if (source === 'screen-audio') return void this.#publish(source);
    if (source === 'screen') this.share.stop();
    else if (source) void this.options.media.switchOff(source);
    if (source) this.options.listener.told({ is: 'muted', source, by });
  }

  #listenToDataPushes(): void {
    const on = this.#signaling.on.bind(this.#signaling);
    on('new-data-producer', (info) => {
      if (this.#receiver) this.data.added(info);
      else this.#earlyData.push(info);
    });
    on('data-producer-closed', ({ dataProducerId }) =>
      this.data.removed(dataProducerId));
    on('data-consumer-closed', ({ dataConsumerId }) =>
      this.data.consumerClosed(dataConsumerId));
  }

  /** Makes what is sent equal to what the person has switched on. */
  #publish(source: Source): Promise<void> {
    this.#changed();
    const turn = (this.#publishing.get(source) ?? Promise.resolve())
      .then(() => this.#publishNow(source));
    this.#publishing.set(source, turn);
    return turn;
  }

  async #publishNow(source: Source): Promise<void> {
    if (!this.#sender || this.#over) return;
    const { track, on, ends } = this.#wanted(source);
    try {
      if (track && on) await this.#sender.send(source, track);
      else if (ends) await this.#sender.stop(source);
      else await this.#sender.pause(source);
    } catch (error) {
      if (this.#signaling.connected) this.options.listener.warned(error);
    }
    this.#changed();
  }

  /** What is to be sent of a source; whether its end ends the producer. */
  #wanted(source: Source) {
    const { media } = this.options;
    if (source === 'mic' || source === 'camera') {
      return { track: media.track(source), on: media.isOn(source), ends: false };
    }
    const track = this.share.track(source);
    return { track, on: !this.share.paused, ends: track === null };
  }

  #changed(): void {
    if (!this.#joined || this.#over) return;
    this.options.listener.peopleChanged(this.#people());
  }

  #people(): Person[] {
    return [this.#self(), ...othersOf(this.#participants,
      this.#receiver?.tracks() ?? [], this.selfId)];
  }

  #self(): Person {
    const { media, name } = this.options;
    return {
      id: 'self',
      name,
      isSelf: true,
      isHost: this.moderation.isHost,
      micMuted: !media.isOn('mic'),
      cameraOff: !media.isOn('camera'),
      camera: media.track('camera'),
      screen: this.share.track('screen'),
      audio: null,
    };
  }
}

function producersOf(answer: JoinAnswer): ProducerInfo[] {
  return answer.producers ??
    answer.existingProducers.map((producerId) => ({ producerId }));
}
