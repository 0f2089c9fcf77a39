// Each document's bare page in Firefox meets the same page in Chromium.
import test from 'node:test';
import { BARE, nameOf } from './support/frontends.mjs';
import { useStage } from './support/stage.mjs';

const stage = useStage('chromium', 'firefox');

for (const page of BARE) {
  test(`Firefox meets Chromium: ${nameOf(page)}`, async () => {
    const room = stage.newRoom();
    const enter = (name, browser) =>
      stage.visit({ name, browser, room, ...page });
    const fay = await enter('fay', 'firefox');
    const cyn = await enter('cyn', 'chromium');
    await Promise.all([fay.meets('cyn'), cyn.meets('fay')]);
  });
}
