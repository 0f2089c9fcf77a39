// Every page with current and with old libraries, in each browser, and in
// Chromium over each of Socket.IO's transports.
import test from 'node:test';
import { BARE, nameOf, RICH } from '../support/frontends.mjs';
import { useStage } from '../support/stage.mjs';

const stage = useStage('chromium', 'firefox');

const OVER_SOCKET_IO = ['events', 'flow', 'rooms'];

/** Every way to build and run a page. */
function* variants(pages) {
  for (const page of pages) {
    const socketIo = OVER_SOCKET_IO.some((name) =>
      page.frontend.startsWith(name));
    for (const build of ['now', 'old']) {
      for (const transports of [undefined, 'polling', 'websocket']) {
        if (transports && !socketIo) continue;
        yield { ...page, build, ...(transports && { transports }) };
      }
    }
  }
}

for (const page of variants([...BARE, ...RICH,
  { frontend: 'flow_rich', reading: 'query' },
  { frontend: 'flow_rich', reading: 'auth' }])) {
  for (const browser of page.transports ? ['chromium']
    : ['chromium', 'firefox']) {
    test(`clients meet: ${nameOf({ ...page, browser })}`, async () => {
      const room = stage.newRoom();
      const enter = (name, where) =>
        stage.visit({ name, browser: where, room, ...page });
      const [fay, ada] = await Promise.all([
        enter('fay', browser), enter('ada', 'chromium'),
      ]);
      await Promise.all([fay.meets('ada'), ada.meets('fay')]);
      const bob = await enter('bob', 'chromium');
      await Promise.all([
        fay.meets('ada', 'bob'), ada.meets('fay', 'bob'),
        bob.meets('fay', 'ada'),
      ]);
      await ada.close();
      await Promise.all([fay.meets('bob'), bob.meets('fay')]);
    });
  }
}
