/** "Check camera, microphone and network": the dialog, and what runs in it. */

import { listenToMic, lookAtCamera } from '../check/devices';
import type { CheckFacts } from '../check/facts';
import {
  findingsOf, SUBJECTS, type Finding, type Subject, type Verdict,
} from '../check/findings';
import { checkPath } from '../check/path';
import { reportOf, SUBJECT_NAMES } from '../check/report';
import type { LocalMedia } from '../local_media';
import { meterLevel } from '../speaking';
import { el } from './dom';
import { icon, type IconName } from './icons';

export interface CheckOptions {
  media: LocalMedia;
  /** Resolves when the test sound has ended. */
  testSpeaker(): Promise<void>;
}

const ICONS: Record<Verdict, IconName> = {
  good: 'check', weak: 'broken', bad: 'close', untried: 'more',
};
/** Read aloud before the title, which not always says how it stands. */
const VERDICT_WORDS: Record<Verdict, string> = {
  good: 'OK', weak: 'Warning', bad: 'Problem', untried: 'Not checked',
};
const BUSY: Partial<Record<Subject, string>> = {
  camera: 'Looking at your camera…',
  mic: 'Say something, so that your microphone can be heard…',
  server: 'Asking the server…',
  path: 'Trying UDP and TCP…',
  flow: 'Waiting for a path…',
};

class CheckDialog {
  readonly root: HTMLDialogElement;
  #facts: CheckFacts = {};
  #busy = new Set<Subject>();
  #run: AbortController | undefined;
  #status = el('p', { class: 'check-status', attrs: { role: 'status' } });
  #rows = new Map(SUBJECTS.map((subject) => [subject,
    el('li', { class: 'check-row', attrs: { 'data-subject': subject } })]));
  #said = new Map<Subject, string>();
  #video = el('video', {
    class: 'check-picture', muted: true, autoplay: true, playsInline: true,
  });
  #meter = el('i');
  #meterBox = el('div', {
    class: 'check-meter', attrs: { 'aria-hidden': 'true' },
  }, this.#meter);
  #again = el('button', {
    type: 'button', class: 'button', onclick: () => this.#toggleRun(),
  });
  #copy = el('button', {
    type: 'button', class: 'button', onclick: () => void this.#copyReport(),
  });
  #report = el('textarea', {
    class: 'check-report', readOnly: true, hidden: true, rows: 6,
    attrs: { 'aria-label': 'Report' },
  });

  constructor(private readonly options: CheckOptions) {
    this.root = this.#build();
    this.root.addEventListener('close', () => {
      this.#run?.abort();
      this.root.remove();
    });
    this.root.addEventListener('click', (event) => {
      if (event.target === this.root) this.root.close();
    });
    document.body.append(this.root);
    this.root.showModal();
    void this.#start();
  }

  #build(): HTMLDialogElement {
    return el('dialog', {
      class: 'dialog check-dialog', attrs: { 'aria-labelledby': 'check-title' },
    }, el('div', { class: 'dialog-card' },
      el('header', { class: 'dialog-head' },
        el('h2', { id: 'check-title' }, 'Check before a call'),
        el('button', {
          type: 'button', class: 'icon-button', title: 'Close',
          attrs: { 'aria-label': 'Close the check' },
          onclick: () => this.root.close(),
        }, icon('close'))),
      this.#status,
      el('ul', { class: 'check-list' }, ...this.#rows.values()),
      this.#report,
      el('div', { class: 'check-foot' }, this.#copy, this.#again)));
  }

  #toggleRun(): void {
    if (this.#busy.size > 0) this.#stop();
    else void this.#start();
  }

  #stop(): void {
    this.#run?.abort();
    this.#busy.clear();
    this.#paint();
  }

  async #start(): Promise<void> {
    const run = new AbortController();
    this.#run = run;
    // What the person said of the speaker still holds.
    this.#facts = { speaker: this.#facts.speaker };
    this.#busy = new Set(['camera', 'mic', 'server', 'path', 'flow']);
    this.#report.hidden = true;
    this.#paint();
    const { media } = this.options;
    await Promise.all([
      lookAtCamera(media, this.#video, run.signal).then((camera) =>
        this.#learn(run, { camera }, 'camera')),
      listenToMic(media, (level) => this.#showLevel(level), run.signal)
        .then((mic) => this.#learn(run, { mic }, 'mic')),
      checkPath({
        server: (server) => this.#learn(run, { server }, 'server'),
        measuring: (path) => this.#learn(run, { path }, 'path'),
        path: (path) => this.#learn(run, { path }, 'path', 'flow'),
      }, run.signal),
    ]);
  }

  /** Results of a check that was stopped come too late. */
  #learn(run: AbortController, facts: CheckFacts, ...done: Subject[]): void {
    if (run.signal.aborted) return;
    this.#facts = { ...this.#facts, ...facts };
    for (const subject of done) this.#busy.delete(subject);
    this.#paint();
  }

  #showLevel(level: number): void {
    this.#meter.style.transform = `scaleX(${meterLevel(level).toFixed(3)})`;
  }

  #paint(): void {
    const findings = findingsOf(this.#facts);
    for (const subject of SUBJECTS) this.#paintRow(subject, findings[subject]);
    const busy = this.#busy.size > 0;
    this.root.toggleAttribute('data-busy', busy);
    this.#again.textContent = busy ? 'Stop' : 'Check again';
    this.#copy.textContent = 'Copy report';
    const words = !busy ? summary(Object.values(findings))
      : this.#busy.has('mic') ? 'Checking. Say something, to be heard.'
        : 'Checking. This takes less than half a minute.';
    if (this.#status.textContent !== words) this.#status.textContent = words;
  }

  #paintRow(subject: Subject, { verdict, title, detail }: Finding): void {
    const busy = this.#busy.has(subject);
    const words = busy ? this.#busyWords(subject) : title;
    const said = [busy, verdict, words, detail].join('|');
    // A row that is made anew would lose the focus of its buttons.
    if (this.#said.get(subject) === said) return;
    this.#said.set(subject, said);
    const row = this.#rows.get(subject)!;
    row.dataset['verdict'] = busy ? 'busy' : verdict;
    row.replaceChildren(
      busy ? el('span', { class: 'spinner' })
        : el('span', { class: 'check-sign' }, icon(ICONS[verdict])),
      el('div', { class: 'check-words' },
        el('h3', {}, SUBJECT_NAMES[subject]),
        el('p', { class: 'check-title' }, !busy && el('span',
          { class: 'sr-only' }, `${VERDICT_WORDS[verdict]}: `), words),
        !busy && detail !== '' && el('p', { class: 'check-detail' }, detail),
        subject === 'mic' && busy && this.#meterBox,
        subject === 'speaker' && this.#speakerButtons()),
      ...subject === 'camera' && busy ? [this.#video] : []);
  }

  #busyWords(subject: Subject): string {
    return subject === 'flow' && !this.#busy.has('path')
      ? 'Sending a test picture there and back…' : BUSY[subject] ?? '';
  }

  #speakerButtons(): HTMLElement {
    const box = el('div', { class: 'check-answers' });
    const button = (text: string, onclick: () => void) =>
      el('button', { type: 'button', class: 'button small', onclick }, text);
    const play = button('Play the test sound', async () => {
      play.setAttribute('aria-disabled', 'true');
      try {
        await this.options.testSpeaker();
      } catch {
        return this.#answer('failed');
      } finally {
        play.removeAttribute('aria-disabled');
      }
      const yes = button('Yes', () => this.#answer('heard'));
      const no = button('No', () => this.#answer('silent'));
      box.replaceChildren(el('span', {}, 'Did you hear it?'), yes, no, play);
      play.textContent = 'Play again';
      yes.focus();
    });
    box.append(play);
    return box;
  }

  #answer(speaker: CheckFacts['speaker']): void {
    this.#facts = { ...this.#facts, speaker };
    this.#said.delete('speaker');
    this.#paint();
    this.#rows.get('speaker')!.querySelector('button')?.focus();
  }

  async #copyReport(): Promise<void> {
    const text = reportOf(findingsOf(this.#facts), navigator.userAgent,
      new Date());
    try {
      await navigator.clipboard.writeText(text);
      this.#copy.textContent = 'Copied';
    } catch {
      // No clipboard in some frames: show it to be copied by hand.
      this.#report.value = text;
      this.#report.hidden = false;
      this.#report.select();
    }
  }
}

function summary(findings: Finding[]): string {
  const count = (...wanted: Verdict[]) => findings.filter(({ verdict }) =>
    wanted.includes(verdict)).length;
  const wrong = count('weak', 'bad');
  if (wrong > 0) {
    return wrong === 1 ? 'One thing needs your attention.'
      : `${wrong} things need your attention.`;
  }
  return count('untried') > 0 ? 'What was checked works.'
    : 'All is well: you can go in.';
}

/** Opens the dialog and begins the check; closing it ends all of that. */
export function openCheckDialog(options: CheckOptions): void {
  if (document.querySelector('dialog.check-dialog[open]')) return;
  new CheckDialog(options);
}
