/** Notices that tell a host who asks to be let in. */

import type { WaitingPerson } from './lobby_host';
import { knockWords } from './lobby_words';
import type { NoticeStack } from './ui/notice_stack';

/** With more at once, the notices would hide the call. */
const MOST = 2;
const SUMMARY = 'knocks';

export interface KnockAnswers {
  letIn(person: WaitingPerson): void;
  turnAway(person: WaitingPerson): void;
  /** Shows the list of all that wait. */
  openList(): void;
}

type Notices = Pick<NoticeStack, 'show' | 'update' | 'close'>;

export class KnockNotices {
  /** Whose knocks the host has been told of. */
  #told = new Set<string>();

  constructor(
    private readonly notices: () => Notices,
    private readonly answers: KnockAnswers,
  ) {}

  /** One notice for each newcomer, or one for all if they are many. */
  show(waiting: readonly WaitingPerson[]): void {
    const notices = this.notices();
    const ids = new Set(waiting.map(({ knockId }) => knockId));
    const many = waiting.length > MOST;
    for (const id of this.#told) {
      if (many || !ids.has(id)) notices.close(keyOf(id));
    }
    const fresh = waiting.filter(({ knockId }) => !this.#told.has(knockId));
    this.#told = ids;
    if (many) return this.#summarize(waiting.length, fresh.length > 0);
    notices.close(SUMMARY);
    for (const person of fresh) this.#ask(person);
  }

  #ask(person: WaitingPerson): void {
    const { letIn, turnAway } = this.answers;
    this.notices().show(keyOf(person.knockId), {
      icon: 'door', text: `${person.name} asks to be let in`,
      answers: [
        { label: 'Let in', primary: true, run: () => letIn(person) },
        { label: 'Turn away', run: () => turnAway(person) },
      ],
    });
  }

  /** Without "Let in all": that could let in those who came meanwhile. */
  #summarize(count: number, fresh: boolean): void {
    const text = knockWords(count);
    if (this.notices().update(SUMMARY, text) || !fresh) return;
    this.notices().show(SUMMARY, {
      icon: 'door', text,
      answers: [{
        label: 'See who', primary: true, run: () => this.answers.openList(),
      }],
    });
  }
}

function keyOf(knockId: string): string {
  return `knock-${knockId}`;
}
