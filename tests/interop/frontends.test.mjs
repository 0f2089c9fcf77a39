// Pages written from each document alone: people meet, come late, and leave.
import test from 'node:test';
import { useStage } from './support/stage.mjs';

const stage = useStage('chromium');

/** The pages, with what they need in order to be themselves. */
const FRONTENDS = [
  { frontend: 'ws_bare' },
  { frontend: 'events_bare' },
];

for (const { frontend, ...query } of FRONTENDS) {
  const manner = Object.values(query).join(' ');
  test(`people meet, come late and leave: ${frontend} ${manner}`, async () => {
    const room = query.room ?? stage.newRoom();
    const enter = (name) =>
      stage.visit({ name, frontend, room, ...query });
    const [ada, bob] = await Promise.all(['ada', 'bob'].map(enter));
    await Promise.all([ada.meets('bob'), bob.meets('ada')]);
    const cyn = await enter('cyn');
    await Promise.all([
      ada.meets('bob', 'cyn'), bob.meets('ada', 'cyn'), cyn.meets('ada', 'bob'),
    ]);
    await ada.close();
    await Promise.all([bob.meets('cyn'), cyn.meets('bob')]);
  });
}
