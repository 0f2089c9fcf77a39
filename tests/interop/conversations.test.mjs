// Clients in Chromium see and hear each other, whatever dialect they use.
import test from 'node:test';
import { assertConversation } from './support/flow.mjs';
import { useStage } from './support/stage.mjs';

const stage = useStage('chromium');

async function converse(first, second) {
  const room = stage.newRoom();
  const ada = await stage.join({ room, user: 'ada', ...first });
  const bob = await stage.join({ room, user: 'bob', ...second });
  await Promise.all([ada.receives(2), bob.receives(2)]);
  await assertConversation([ada, bob]);
}

for (const rich of [false, true]) {
  const manner = rich ? 'with every optional field' : 'from the bare document';
  for (const dialect of ['ws', 'events']) {
    test(`two frontends speak ${dialect} ${manner}`, async () => {
      await converse({ dialect, rich }, { dialect, rich });
    });
  }
}

test('a ws and an events frontend meet in one room', async () => {
  await converse({ dialect: 'ws' }, { dialect: 'events' });
});

test('three clients all receive one another', async () => {
  const room = stage.newRoom();
  const people = [];
  for (const [user, dialect] of [['ada', 'events'], ['bob', 'ws'],
    ['eve', 'events']]) {
    people.push(await stage.join({ room, user, dialect }));
  }
  await Promise.all(people.map((person) => person.receives(4)));
  await assertConversation(people);
});
