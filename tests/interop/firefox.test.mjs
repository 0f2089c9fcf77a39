// Firefox, which insists on being the DTLS client, in a call with Chromium.
import test from 'node:test';
import { assertConversation } from './support/flow.mjs';
import { useStage } from './support/stage.mjs';

const stage = useStage('chromium', 'firefox');

for (const [first, second] of [['chromium', 'firefox'],
  ['firefox', 'chromium']]) {
  for (const dialect of ['ws', 'events']) {
    test(`${second} joins ${first} (${dialect})`, async () => {
      const room = stage.newRoom();
      const ada = await stage.join(
        { room, user: first, browser: first, dialect });
      const bob = await stage.join(
        { room, user: second, browser: second, dialect });
      await Promise.all([ada.receives(2, 20_000), bob.receives(2, 20_000)]);
      await assertConversation([ada, bob]);
    });
  }
}
