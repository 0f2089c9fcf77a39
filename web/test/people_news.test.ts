import assert from 'node:assert/strict';
import test from 'node:test';
import { PeopleNews } from '../src/embedded/people_news';
import type { Person } from '../src/people_list';

const person = (id: string, more: Partial<Person> = {}): Person => ({
  id, name: id, isSelf: id === 'self', isHost: false, micMuted: false,
  cameraOff: false, camera: null, screen: null, audio: null, ...more,
});

const brief = (news: ReturnType<PeopleNews['update']>) =>
  news.map(({ event, data }) => `${event} ${data.id}`);

test('others join, change and leave; this person is there from the first', () => {
  const news = new PeopleNews();
  assert.deepEqual(brief(news.update([person('self'), person('ada')])),
    ['person-joined ada']);
  assert.deepEqual(brief(news.update([person('self'), person('ada')])), []);
  assert.deepEqual(brief(news.update([person('self', { isHost: true }),
    person('ada', { micMuted: true }), person('bob')])),
  ['person-changed self', 'person-changed ada', 'person-joined bob']);
  assert.deepEqual(brief(news.update([person('self', { isHost: true }),
    person('bob')])), ['person-left ada']);
  assert.equal(news.nameOf('bob'), 'bob');
  assert.equal(news.nameOf('ada'), '');
  assert.deepEqual(news.people.map(({ id }) => id), ['self', 'bob']);
  news.forget();
  assert.deepEqual(news.people, []);
});

test('what a site gets can be cloned, and has no tracks', () => {
  const news = new PeopleNews();
  const screen = { kind: 'video' } as MediaStreamTrack;
  const [{ data } = { data: undefined }] = news.update([
    person('ada', { screen, micMuted: true })]);
  assert.deepEqual(data, {
    id: 'ada', name: 'ada', isSelf: false, isHost: false, muted: true,
    cameraOff: false, sharing: true,
  });
});
