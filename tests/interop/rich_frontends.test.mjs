// Pages that use everything a dialect offers: each of their buttons works.
import test from 'node:test';
import { pressEveryButton } from './support/buttons.mjs';
import { nameOf, RICH } from './support/frontends.mjs';
import { useStage } from './support/stage.mjs';

const stage = useStage('chromium');

for (const page of RICH) {
  test(`every button works: ${nameOf(page)}`, async () => {
    const room = stage.newRoom();
    const enter = (name) => stage.visit({ name, room, ...page });
    const [ada, bob] = await Promise.all(['ada', 'bob'].map(enter));
    await Promise.all([ada.meets('bob'), bob.meets('ada')]);
    await pressEveryButton(ada, bob, page.frontend);
  });
}
