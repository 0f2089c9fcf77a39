/**
 * Words, signs, hands and files among the people of a room. Everyone speaks
 * by two channels, so that words need not wait behind files. A raised hand is
 * a channel that is there: who comes later sees it in the list, and it goes
 * with its owner.
 */

import type { types } from 'mediasoup-client';
import type { DataProducerInfo, Requester } from '../signaling';
import { ArrivingFiles } from './file_budget';
import {
  encodeHeader, FILE_LIMIT, FileAssembler, harmlessType, pieceOf,
  PIECE_BYTES, type FileHeader, type FileNews,
} from './file_transfer';
import { CHAT_LABEL, readHistory, type History } from './history';
import { decode, encode, TEXT_LIMIT, type Message } from './messages';
import { OutChannel } from './out_channel';

const WORDS = CHAT_LABEL;
const FILES = 'files';
const HAND = 'hand';
/** What the server repeats of others: who said it says so there. */
const BOT = 'bot';

/** In larger rooms a channel is opened only when it is first wanted. */
const SMALL_ROOM = 30;
const REOPEN_MS = 3000;

export interface DataListener {
  said(peerId: string, message: Message): void;
  file(peerId: string, news: FileNews): void;
  hand(peerId: string, up: boolean): void;
  /** The server's operator has a message for the room. */
  serverSaid(text: string): void;
  /** What the server has kept of the chat; some of it may be known. */
  earlier(history: History, selfId: string): void;
}

interface ConsumeDataAnswer {
  id: string;
  dataProducerId: string;
  sctpStreamParameters: types.SctpStreamParameters;
  label: string;
  protocol: string;
}

interface Joined {
  sending: types.Transport;
  receiving: types.Transport;
}

export class DataRoom {
  #joined: Joined | undefined;
  #out = new Map<string, Promise<OutChannel>>();
  #infos = new Map<string, DataProducerInfo>();
  #consumers = new Map<string, types.DataConsumer>();
  #handUp = false;
  #fileId = 0;
  #arriving = new ArrivingFiles();
  /** Channels of others that are not open yet. */
  #opening = new Set<Promise<void>>();
  /** Files go one after the other. */
  #sendingFiles: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly signaling: Requester,
    private readonly listener: DataListener,
    /** How long the others may take to follow a new channel. */
    private readonly followMs?: number,
  ) {}

  /** False where the server has no data channels. */
  get available(): boolean {
    return this.#joined !== undefined;
  }

  get handUp(): boolean {
    return this.#handUp;
  }

  /** Begins on these transports, if they carry data. */
  attach(joined: Joined, infos: DataProducerInfo[], members: number): void {
    this.detach();
    const both = [joined.sending, joined.receiving];
    if (!both.every(({ appData }) => appData['data'] === true)) return;
    this.#joined = joined;
    for (const info of infos) this.added(info);
    const wanted = members <= SMALL_ROOM ? [WORDS, FILES] : [];
    if (this.#handUp) wanted.push(HAND);
    for (const label of wanted) {
      this.#channel(label).catch((error: unknown) =>
        console.warn(`No channel for ${label}`, error));
    }
  }

  detach(): void {
    this.#joined = undefined;
    for (const id of [...this.#infos.keys()]) this.removed(id);
    this.#out.clear();
  }

  /**
   * Asks what was said before one could hear it: now, and again once the
   * channels that there are have been opened.
   */
  async catchUp(selfId: string): Promise<void> {
    const joined = this.#joined;
    if (!joined) return;
    const opening = [...this.#opening];
    await this.#askHistory(joined, selfId);
    if (opening.length === 0) return;
    await Promise.all(opening);
    await this.#askHistory(joined, selfId);
  }

  async #askHistory(joined: Joined, selfId: string): Promise<void> {
    if (joined !== this.#joined) return;
    try {
      const answer = await this.signaling.request('get-chat-history');
      if (joined !== this.#joined) return;
      this.listener.earlier(readHistory(answer, Date.now()), selfId);
    } catch (error) {
      console.info('No history of the chat', error);
    }
  }

  /** Equals what is heard to who speaks, after a time away. */
  reconcile(infos: DataProducerInfo[]): void {
    const there = new Set(infos.map(({ dataProducerId }) => dataProducerId));
    for (const id of [...this.#infos.keys()]) {
      if (!there.has(id)) this.removed(id);
    }
    for (const info of infos) this.added(info);
  }

  added(info: DataProducerInfo): void {
    const { dataProducerId: id, label, peerId = '' } = info;
    if (!this.#joined || this.#infos.has(id)) return;
    this.#infos.set(id, info);
    if (!peerId) return label === BOT ? undefined : this.#open(info);
    if (label === HAND) this.listener.hand(peerId, true);
    if (label === WORDS || label === FILES) this.#open(info);
  }

  removed(id: string): void {
    const info = this.#infos.get(id);
    if (!info) return;
    this.#infos.delete(id);
    this.#consumers.get(id)?.close();
    this.#consumers.delete(id);
    const { peerId = '', label } = info;
    if (label !== HAND) return;
    const others = [...this.#infos.values()].some((other) =>
      other.label === HAND && other.peerId === peerId);
    if (!others) this.listener.hand(peerId, false);
  }

  /** The server closed it, since this page was too slow for it. */
  consumerClosed(consumerId: string): void {
    for (const [id, consumer] of this.#consumers) {
      if (consumer.id !== consumerId) continue;
      consumer.close();
      this.#consumers.delete(id);
      const info = this.#infos.get(id);
      if (info) setTimeout(() => void this.#consume(info), REOPEN_MS);
    }
  }

  async say(message: Message): Promise<void> {
    await (await this.#channel(WORDS)).send(encode(message));
  }

  async raiseHand(up: boolean): Promise<void> {
    this.#handUp = up;
    this.listener.hand('self', up);
    if (up) {
      await this.#channel(HAND);
      // Lowered again while it was being raised.
      if (!this.#handUp) await this.#lowerHand();
    } else {
      await this.#lowerHand();
    }
  }

  /** Sends a file to everyone. Throws if it is too large or the path ends. */
  sendFile(file: File, progress: (sent: number) => void): Promise<void> {
    if (file.size > FILE_LIMIT) {
      return Promise.reject(new Error('Files can have 5 MB at most'));
    }
    const turn = this.#sendingFiles.catch(() => undefined)
      .then(() => this.#sendNow(file, progress));
    this.#sendingFiles = turn;
    return turn;
  }

  async #sendNow(file: File, progress: (sent: number) => void): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const channel = await this.#channel(FILES);
    const header: FileHeader = {
      id: ++this.#fileId, name: file.name.slice(-200), size: bytes.length,
      mimeType: harmlessType(file.type),
    };
    await channel.send(encodeHeader(header));
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      await channel.send(pieceOf(header.id, bytes, at));
      progress(Math.min(bytes.length, at + PIECE_BYTES));
    }
  }

  async #lowerHand(): Promise<void> {
    const opening = this.#out.get(HAND);
    if (!opening) return;
    this.#out.delete(HAND);
    const channel = await opening;
    channel.close();
    await this.signaling.request('close-data-producer',
      { dataProducerId: channel.id });
  }

  async #channel(label: string): Promise<OutChannel> {
    if (!this.#joined) throw new Error('No data channels');
    const known = this.#out.get(label);
    const channel = await known?.catch(() => undefined);
    if (channel && !channel.closed) return channel;
    if (this.#out.get(label) !== known) return this.#channel(label);
    const opening = OutChannel.open(
      this.#joined.sending, label, this.followMs);
    this.#out.set(label, opening);
    return opening;
  }

  #open(info: DataProducerInfo): void {
    const opening = this.#consume(info);
    this.#opening.add(opening);
    void opening.then(() => this.#opening.delete(opening));
  }

  async #consume(info: DataProducerInfo): Promise<void> {
    const joined = this.#joined;
    const { dataProducerId, peerId = '', label } = info;
    const wanted = () => joined === this.#joined &&
      this.#infos.get(dataProducerId) === info;
    if (!joined || !wanted() || this.#consumers.has(dataProducerId)) return;
    try {
      const answer = await this.signaling.request<ConsumeDataAnswer>(
        'consume-data',
        { transportId: joined.receiving.id, dataProducerId });
      const consumer = await joined.receiving.consumeData(answer);
      if (!wanted()) return consumer.close();
      this.#consumers.set(dataProducerId, consumer);
      consumer.binaryType = 'arraybuffer';
      if (!peerId) this.#takeServerWords(consumer);
      else if (label === FILES) this.#takeFiles(peerId, consumer);
      else this.#takeWords(peerId, consumer);
    } catch (error) {
      if (wanted()) console.warn(`Cannot receive ${label ?? ''}`, error);
    }
  }

  #takeWords(peerId: string, consumer: types.DataConsumer): void {
    consumer.on('message', (data: unknown) => {
      const message = decode(data);
      if (message) this.listener.said(peerId, message);
    });
  }

  #takeServerWords(consumer: types.DataConsumer): void {
    consumer.on('message', (data: unknown) => {
      const text = typeof data === 'string' ? data.trim() : '';
      if (text) this.listener.serverSaid(text.slice(0, TEXT_LIMIT));
    });
  }

  #takeFiles(peerId: string, consumer: types.DataConsumer): void {
    const assembler = new FileAssembler(
      { files: this.#arriving, sender: peerId });
    const tell = (all: FileNews[]) =>
      all.forEach((news) => this.listener.file(peerId, news));
    consumer.on('message', (data: unknown) => tell(assembler.handle(data)));
    consumer.observer.on('close', () => tell(assembler.abandon()));
  }
}
