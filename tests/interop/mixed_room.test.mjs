// Clients with pages of all dialects meet in one room.
import { mkdir } from 'node:fs/promises';
import test, { before } from 'node:test';
import { DEFAULT_ROOM } from './support/frontends.mjs';
import { ROOT } from './support/server.mjs';
import { useStage } from './support/stage.mjs';

const stage = useStage('chromium');
const SHOTS = `${ROOT}build/screenshots`;

/** The bare flow page knows one room only, so all clients join that. */
const PEOPLE = [
  { name: 'ada', frontend: 'ws_bare' },
  { name: 'bob', frontend: 'events_bare' },
  { name: 'cyn', frontend: 'flow_bare', mirror: true },
  { name: 'dan', frontend: 'rooms_react' },
  { name: 'eve', frontend: 'protoo_current_bare' },
];

before(() => mkdir(SHOTS, { recursive: true }));

test('clients of all dialects see and hear each other', async () => {
  const people = [];
  for (const one of PEOPLE) {
    people.push(await stage.visit({ room: DEFAULT_ROOM, ...one }));
  }
  const names = PEOPLE.map(({ name }) => name);
  const others = (name) => names.filter((one) => one !== name);
  await Promise.all(people.map((one) => one.meets(...others(one.name))));
  await Promise.all(people.map((one) =>
    one.screenshot(`${SHOTS}/mixed-${one.name}.png`)));

  const [leaver, ...rest] = people;
  await leaver.close();
  await Promise.all(rest.map((one) => one.meets(...others(one.name)
    .filter((name) => name !== leaver.name))));
});
