// Pages written from each document alone: clients meet, join late and leave.
import test from 'node:test';
import { BARE, nameOf } from './support/frontends.mjs';
import { useStage } from './support/stage.mjs';

const stage = useStage('chromium');

for (const page of BARE) {
  test(`clients meet, join late and leave: ${nameOf(page)}`, async () => {
    const room = stage.newRoom();
    const enter = (name) => stage.visit({ name, room, ...page });
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
