/** What has changed among the people of a call, as a site is told. Pure. */

import type { CallEvents, CallPerson } from '../../embed/src/protocol';
import type { Person } from '../people_list';

export type News = {
  [Name in 'person-joined' | 'person-changed' | 'person-left']:
    { event: Name; data: CallEvents[Name] }
}['person-joined' | 'person-changed' | 'person-left'];

export class PeopleNews {
  #known = new Map<string, CallPerson>();

  get people(): CallPerson[] {
    return [...this.#known.values()];
  }

  /** The name of a person, if they are known. */
  nameOf(id: string): string {
    return this.#known.get(id)?.name ?? '';
  }

  /** Takes over a list; returns what is new. This person joins by no news. */
  update(people: readonly Person[]): News[] {
    const before = this.#known;
    this.#known = new Map(people.map((one) => [one.id, toldOf(one)]));
    const news: News[] = [];
    for (const [id, data] of before) {
      if (!this.#known.has(id)) news.push({ event: 'person-left', data });
    }
    for (const [id, data] of this.#known) {
      const last = before.get(id);
      if (!last && !data.isSelf) news.push({ event: 'person-joined', data });
      if (last && JSON.stringify(last) !== JSON.stringify(data)) {
        news.push({ event: 'person-changed', data });
      }
    }
    return news;
  }

  forget(): void {
    this.#known.clear();
  }
}

function toldOf(person: Person): CallPerson {
  const { id, name, isSelf, isHost, micMuted, cameraOff, screen } = person;
  return {
    id, name, isSelf, isHost, muted: micMuted, cameraOff,
    sharing: screen !== null,
  };
}
