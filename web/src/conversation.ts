/** Joins the data channels of a call to what the page shows of them. */

import type { DataListener, DataRoom } from './data/data_room';
import type { FileHeader, FileNews } from './data/file_transfer';
import {
  ShownMessages, type EarlierMessage, type History,
} from './data/history';
import { newMessageId, type Message } from './data/messages';
import { NameBatch } from './name_batch';
import type { Person } from './people_list';
import { ChatPanel, type Author, type FileEntry } from './ui/chat_panel';
import { toast } from './ui/notice';
import { openReactMenu } from './ui/react_menu';
import type { SidePanel } from './ui/side_panel';
import type { Stage } from './ui/stage';
import type { Controls } from './ui/toolbar';

export interface ConversationView {
  stage: Stage;
  panel: SidePanel;
}

export class Conversation implements DataListener {
  readonly chat: ChatPanel;
  #room: DataRoom | undefined;
  #people = new Map<string, string>();
  #hands = new Set<string>();
  #files = new Map<string, FileEntry>();
  #unread = 0;
  #shown = new ShownMessages();
  /** When this person was first told what was said before. */
  #joinedAtMs: number | undefined;
  #raised = new NameBatch(toast, 'raised a hand', '');

  constructor(
    private readonly view: () => ConversationView,
    private readonly changed: () => void,
    /** The server itself has a message for the room. */
    private readonly announced: (text: string) => void,
    /** Somebody has said a line. */
    private readonly heard: (peerId: string, text: string) => void,
  ) {
    this.chat = new ChatPanel({
      say: (text) => void this.say(text),
      sendFile: (file) => void this.#sendFile(file),
    });
  }

  set room(room: DataRoom) {
    this.#room = room;
  }

  /** For the toolbar; undefined where there is nothing to talk by. */
  get controls(): Controls['chat'] {
    if (!this.#room?.available) return undefined;
    return {
      open: this.view().panel.shows(this.chat.root),
      unread: this.#unread,
      hand: this.#room.handUp,
    };
  }

  /** Whose hands are up, in the order in which they were raised. */
  get hands(): ReadonlySet<string> {
    return this.#hands;
  }

  setPeople(people: Person[]): void {
    this.#people = new Map(people.map(({ id, name }) => [id, name]));
    for (const { id } of people) {
      this.view().stage.setHand(id, this.#hands.has(id));
    }
  }

  toggleChat(): void {
    if (!this.#room?.available) return toast('This server has no chat');
    const { panel } = this.view();
    if (panel.shows(this.chat.root)) return panel.close();
    this.#unread = 0;
    panel.open('Chat', this.chat.root, () => this.changed());
    this.chat.focus();
    this.changed();
  }

  openReactMenu(anchor: HTMLElement): void {
    const room = this.#room;
    if (!room?.available) return;
    openReactMenu(anchor, {
      handUp: room.handUp,
      raise: (up) => this.#raise(up),
      react: (sign) => {
        this.view().stage.react('self', sign);
        room.say({ type: 'reaction', sign }).catch(failed);
      },
    });
  }

  toggleHand(): void {
    if (this.#room?.available) this.#raise(!this.#room.handUp);
  }

  close(): void {
    this.chat.close();
  }

  said(peerId: string, message: Message): void {
    if (message.type === 'reaction') {
      return this.view().stage.react(peerId, message.sign);
    }
    if (!this.#shown.note(peerId, message)) return;
    this.chat.addText(this.#author(peerId), message.text);
    this.heard(peerId, message.text);
    this.#news(peerId, message.text);
  }

  /** What was said before the call is no news; what was missed in it, is. */
  earlier({ limit, messages }: History, selfId: string): void {
    const joinedAtMs = this.#joinedAtMs ??= Date.now();
    this.chat.kept = limit;
    const found = this.#shown.take(messages);
    const entries = (which: EarlierMessage[]) =>
      which.map(({ peerId, name, text, atMs }) => ({
        author: peerId === selfId ? this.#self() : { name, isSelf: false },
        text, atMs,
      }));
    const missed = found.filter(({ atMs }) => atMs > joinedAtMs);
    this.chat.addEarlier('Before you joined',
      entries(found.filter(({ atMs }) => atMs <= joinedAtMs)));
    this.chat.addEarlier('While you were not connected', entries(missed));
    if (missed.length === 0 || this.view().panel.shows(this.chat.root)) return;
    this.#unread += missed.length;
    toast(missed.length === 1
      ? 'A message came while you were not connected'
      : `${missed.length} messages came while you were not connected`);
    this.changed();
  }

  serverSaid(text: string): void {
    this.chat.addText({ name: 'Server', isSelf: false }, text);
    this.announced(text);
  }

  hand(peerId: string, up: boolean): void {
    const before = this.#hands.has(peerId);
    if (up) this.#hands.add(peerId);
    else this.#hands.delete(peerId);
    this.view().stage.setHand(peerId, up);
    const name = this.#people.get(peerId);
    if (name && up !== before && peerId !== 'self') {
      if (up) this.#raised.add(peerId, name);
      else this.#raised.undo(peerId, name);
    }
    this.changed();
  }

  file(peerId: string, news: FileNews): void {
    const { header } = news;
    const key = `${peerId}/${header.id}`;
    if (news.is === 'begun') return this.#fileBegins(peerId, key, header);
    const entry = this.#files.get(key);
    if (news.is === 'going on') return entry?.progress(news.received);
    this.#files.delete(key);
    if (news.is === 'broken') return entry?.failed('Did not arrive');
    entry?.complete(new Blob(news.pieces, { type: header.mimeType }));
  }

  #fileBegins(peerId: string, key: string, header: FileHeader): void {
    const { name, size } = header;
    this.#files.set(key, this.chat.addFile(this.#author(peerId), name, size));
    this.#news(peerId, `sends ${name}`);
  }

  /** Tells of what came while the chat is closed. */
  #news(peerId: string, text: string): void {
    if (this.view().panel.shows(this.chat.root)) return;
    this.#unread++;
    const line = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    toast(`${this.#author(peerId).name}: ${line}`);
    this.changed();
  }

  #author(peerId: string): Author {
    return { name: this.#people.get(peerId) ?? 'Guest', isSelf: false };
  }

  #self(): Author {
    return { name: 'You', isSelf: true };
  }

  /** Says a line to everyone in the room. */
  async say(text: string): Promise<void> {
    const id = newMessageId();
    this.#shown.noteOwn(id);
    this.chat.addText(this.#self(), text);
    await this.#room?.say({ type: 'chat', text, id }).catch(failed);
  }

  async #sendFile(file: File): Promise<void> {
    const entry = this.chat.addFile(this.#self(), file.name, file.size);
    try {
      await this.#room?.sendFile(file, (sent) => entry.progress(sent));
      entry.complete();
    } catch (error) {
      entry.failed(error instanceof Error ? error.message : 'Not sent');
    }
  }

  #raise(up: boolean): void {
    this.#room?.raiseHand(up).catch(failed);
  }
}

function failed(error: unknown): void {
  console.warn('Not sent', error);
  toast('That was not sent: the connection is lost');
}
