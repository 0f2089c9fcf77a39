/** What was written, and the files that were sent. Text stays text. */

import { KeptFiles } from '../data/file_budget';
import { sizeWords } from '../data/file_transfer';
import { TEXT_LIMIT } from '../data/messages';
import { linkParts } from '../linkify';
import { hueOf } from '../people';
import { el, flag } from './dom';
import { icon } from './icons';

export interface ChatActions {
  say(text: string): void;
  sendFile(file: File): void;
}

/** Entries above this are forgotten, and their files with them. */
const KEPT = 300;

export interface Author {
  name: string;
  isSelf: boolean;
}

/** A message of a time in which this page did not listen. */
export interface EarlierText {
  author: Author;
  text: string;
  atMs: number;
}

/** A file in the list, from its first piece to its link. */
export interface FileEntry {
  progress(bytes: number): void;
  /** @param content none of one's own: it was sent, nothing came */
  complete(content?: Blob): void;
  failed(reason: string): void;
}

export class ChatPanel {
  readonly root = el('div', { class: 'chat' });
  #list = el('div', {
    class: 'chat-list', tabIndex: 0,
    attrs: { role: 'log', 'aria-label': 'Messages' },
  });
  #empty = el('p', { class: 'soft chat-empty' }, keptWords(0));
  #text = el('textarea', {
    rows: 1, maxLength: TEXT_LIMIT, placeholder: 'Write to everyone',
    attrs: { 'aria-label': 'Message' },
  });
  #files = new KeptFiles();
  #lastAuthor = '';
  /** When and by whom the lines in the list are, blocks of earlier ones too. */
  #facts = new WeakMap<Element, { author: Author; atMs: number }>();

  constructor(private readonly actions: ChatActions) {
    const chooser = el('input', {
      type: 'file', hidden: true, multiple: true,
      attrs: { 'aria-label': 'File' },
    });
    chooser.addEventListener('change', () => {
      for (const file of chooser.files ?? []) actions.sendFile(file);
      chooser.value = '';
    });
    const form = el('form', { class: 'chat-form' },
      el('button', {
        type: 'button', class: 'icon-button', title: 'Send a file, up to 5 MB',
        attrs: { 'aria-label': 'Send a file' }, onclick: () => chooser.click(),
      }, icon('attach')),
      this.#text,
      el('button', {
        type: 'submit', class: 'icon-button send', title: 'Send',
        attrs: { 'aria-label': 'Send' },
      }, icon('send')),
      chooser);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.root.append(this.#list, this.#empty, form);
    this.#acceptDrops();
  }

  focus(): void {
    this.#scroll();
    this.#text.focus();
  }

  addText(author: Author, text: string): void {
    this.#add(author, el('p', { class: 'said' }, ...linked(text)));
  }

  /** How many messages the server keeps for people who join later. */
  set kept(messages: number) {
    this.#empty.textContent = keptWords(messages);
  }

  /**
   * Puts messages, the oldest first, where their time belongs, as one block
   * with a title. Screen readers can go there, but do not read it by themselves.
   */
  addEarlier(title: string, texts: EarlierText[]): void {
    const [first] = texts;
    if (!first) return;
    const block = el('div', {
      class: 'earlier',
      attrs: { role: 'group', 'aria-label': title, 'aria-live': 'off' },
    }, el('p', { class: 'chat-divider' }, title));
    let previous = '';
    for (const { author, text, atMs } of texts) {
      const key = keyOf(author);
      block.append(entryOf(author, el('p', { class: 'said' }, ...linked(text)),
        key !== previous ? atMs : undefined));
      previous = key;
    }
    this.#facts.set(block, first);
    this.#insert(block, first.atMs);
  }

  addFile(author: Author, name: string, size: number): FileEntry {
    const state = el('span', { class: 'file-state' }, sizeWords(size));
    const bar = el('progress', {
      max: Math.max(1, size), value: 0, attrs: { 'aria-label': name },
    });
    const card = el('div', { class: 'file' }, icon('file'),
      el('span', { class: 'file-name', title: name }, name), state, bar);
    const entry = this.#add(author, card);
    return {
      progress: (bytes) => { bar.value = bytes; },
      complete: (content) => {
        bar.remove();
        if (!content) return;
        const url = URL.createObjectURL(content);
        const link = el('a', {
          class: 'button small', href: url, download: name,
          attrs: { 'aria-label': `Save ${name}` },
        }, 'Save');
        card.append(link);
        this.#files.keep(entry, content.size, () => {
          URL.revokeObjectURL(url);
          link.remove();
          state.textContent = 'No longer stored';
        });
      },
      failed: (reason) => {
        bar.remove();
        flag(card, 'data-failed', true);
        state.textContent = reason;
      },
    };
  }

  close(): void {
    this.#files.clear();
  }

  #submit(): void {
    const text = this.#text.value.trim();
    this.#text.value = '';
    if (text) this.actions.say(text);
  }

  /** Lines of one person in a row stand under one name. */
  #add(author: Author, content: HTMLElement): HTMLElement {
    const key = keyOf(author);
    const atMs = Date.now();
    const entry = entryOf(author, content,
      key !== this.#lastAuthor ? atMs : undefined);
    this.#lastAuthor = key;
    this.#facts.set(entry, { author, atMs });
    const atEnd = this.#isAtEnd();
    this.#list.append(entry);
    this.#empty.hidden = true;
    while (this.#list.childElementCount > KEPT) this.#dropFirst();
    if (atEnd || author.isSelf) this.#scroll();
    return entry;
  }

  /** Puts a block before the first line that came later. */
  #insert(block: HTMLElement, atMs: number): void {
    const atEnd = this.#isAtEnd();
    const next = [...this.#list.children].find((one) =>
      (this.#facts.get(one)?.atMs ?? 0) > atMs);
    this.#list.insertBefore(block, next ?? null);
    this.#empty.hidden = true;
    if (!next) this.#lastAuthor = '';
    // The line below the block must not seem to be of the block's last author.
    const facts = next && this.#facts.get(next);
    if (facts && next.classList.contains('entry') &&
        !next.querySelector('.author')) {
      next.prepend(headOf(facts.author, facts.atMs));
    }
    if (atEnd) this.#scroll();
  }

  #isAtEnd(): boolean {
    return this.#list.scrollTop + this.#list.clientHeight >=
      this.#list.scrollHeight - 40;
  }

  #dropFirst(): void {
    const first = this.#list.firstElementChild;
    if (!first) return;
    this.#files.drop(first);
    first.remove();
  }

  #scroll(): void {
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #acceptDrops(): void {
    const over = (on: boolean) => (event: DragEvent) => {
      event.preventDefault();
      flag(this.root, 'data-drop', on);
    };
    this.root.addEventListener('dragover', over(true));
    this.root.addEventListener('dragleave', over(false));
    this.root.addEventListener('drop', (event) => {
      over(false)(event);
      for (const file of event.dataTransfer?.files ?? []) {
        this.actions.sendFile(file);
      }
    });
  }
}

function keptWords(messages: number): string {
  return messages > 0
    ? 'Everyone in the call sees what you write. People who join later see ' +
      `the last ${messages} messages, which are deleted when everyone has left.`
    : 'Only people who are in the call now see what you write. ' +
      'Nothing is stored.';
}

function keyOf({ name, isSelf }: Author): string {
  return `${isSelf} ${name}`;
}

/** @param atMs for the line with the name; without it there is none */
function entryOf(
  author: Author,
  content: HTMLElement,
  atMs: number | undefined,
): HTMLElement {
  const entry = el('div', { class: author.isSelf ? 'entry own' : 'entry' },
    atMs !== undefined && headOf(author, atMs), content);
  entry.style.setProperty('--hue', String(hueOf(author.name)));
  return entry;
}

function headOf(author: Author, atMs: number): HTMLElement {
  return el('div', { class: 'author' }, el('b', {}, author.name),
    el('time', {}, timeWords(new Date(atMs), new Date())));
}

/** The time of day, and the day if it is another one. */
function timeWords(at: Date, now: Date): string {
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  return at.toDateString() === now.toDateString()
    ? at.toLocaleTimeString([], time)
    : at.toLocaleString([], { weekday: 'short', ...time });
}

/** A text with its links as anchors. Everything else stays text. */
function linked(text: string): Array<Node | string> {
  return linkParts(text).map((part) => part.href === undefined ? part.text
    : el('a', {
      href: part.href, target: '_blank', rel: 'noopener noreferrer',
    }, part.text));
}
