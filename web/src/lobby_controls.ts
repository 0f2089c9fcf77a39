/** Joins the lobby of a call with the notices and the list of its hosts. */

import { KnockNotices } from './knock_notices';
import type { LobbyHost } from './lobby_host';
import { LobbySection, type LobbyActions } from './ui/lobby_section';
import type { NoticeStack } from './ui/notice_stack';

export interface LobbyParts {
  lobby(): Pick<LobbyHost, 'enabled' | 'waiting' | 'enable' | 'letIn' |
    'turnAway' | 'say'>;
  isHost(): boolean;
  notices(): NoticeStack;
  /** Shows the list of people. */
  openList(): void;
  /** Does something, and says so or what went wrong. */
  attempt(act: () => Promise<void>, done?: string): void;
}

export class LobbyControls {
  readonly section: LobbySection;
  #notices: KnockNotices;

  constructor(private readonly parts: LobbyParts) {
    const { attempt, lobby } = parts;
    const actions: LobbyActions = {
      enable: (enabled) => attempt(() => lobby().enable(enabled), enabled
        ? 'Newcomers now wait until you let them in'
        : 'Newcomers come in without asking'),
      letIn: ({ knockId }) => attempt(() => lobby().letIn(knockId)),
      letAllIn: () => attempt(() => lobby().letIn()),
      turnAway: ({ knockId, name }) => attempt(
        () => lobby().turnAway(knockId), `${name} was turned away`),
      say: (text) => attempt(() => lobby().say(text), 'Message sent'),
    };
    this.section = new LobbySection(actions);
    this.#notices = new KnockNotices(parts.notices,
      { ...actions, openList: parts.openList });
  }

  /** The lobby has changed, or this person's right to decide. */
  changed(): void {
    this.#notices.show(this.parts.isHost() ? this.parts.lobby().waiting : []);
    this.paint();
  }

  paint(): void {
    const { enabled, waiting } = this.parts.lobby();
    this.section.show({ isHost: this.parts.isHost(), enabled, waiting });
  }
}
