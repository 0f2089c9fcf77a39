// A member whose network lets out TCP to port 443 alone.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { Certificates } from './support/certificates.mjs';
import { PageVisitor } from './support/page.mjs';
import { RestrictedNetwork } from './support/restricted_network.mjs';
import { ROOT, runDoctor, TroupeServer } from './support/server.mjs';
import { TlsFront } from './support/tls_front.mjs';
import { TurnServer } from './support/turn_server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const SIZE = { width: 1280, height: 800 };
const SECRET = randomBytes(32).toString('hex');
const SECRET_FILE = `${tmpdir()}/troupe-turn-secret-${process.pid}`;
/** rtc.ice-lifetime, in seconds. */
const LIFETIME = 86_400;

let network;
let certificates;
let outside;
let inside;
let turn;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  await writeFile(SECRET_FILE, `${SECRET}\n`, { mode: 0o600 });
  network = await RestrictedNetwork.open();
  certificates = await Certificates.make(network.page, network.turn);
  turn = await startTurn();
  outside = await launchChromium({ certificates });
  inside = await launchChromium({ certificates, program: network.chromium });
});

after(async () => {
  await inside?.close();
  await outside?.close();
  await turn?.stop();
  await certificates?.close();
  await network?.close();
  await rm(SECRET_FILE, { force: true });
});

const startTurn = () => TurnServer.start({
  address: network.turn, peer: network.media, secret: SECRET, certificates,
});

const turnUrl = () => `turns:${network.turn}:443?transport=tcp`;

const turnFlags = (secretFile) => [
  `--rtc.ice-servers=${turnUrl()}`, `--rtc.ice-secret-file=${secretFile}`,
];

/** A call between Ada inside and Bob outside, on a server with these flags. */
async function withCall(room, flags, use) {
  const server = await TroupeServer.start([
    `--rtc.listen-addresses=${network.media}`,
    `--rtc.announced-addresses=${network.media}`,
    `--http.allowed-origins=https://${network.page}`, ...flags,
  ]);
  const front = await TlsFront.to(server.url,
    { address: network.page, certificates });
  const enter = (browser, name) => PageVisitor.enter(browser, front.url,
    { name, room, size: SIZE });
  const people = [];
  try {
    people.push(await enter(inside, 'Ada'), await enter(outside, 'Bob'));
    await use(...people);
  } finally {
    for (const { page } of people) await page.close();
    front.close();
    await server.stop();
  }
}

/** Both see and hear the other. */
async function assertTalk(...people) {
  await Promise.all(people.map((person) => person.sees()));
  await Promise.all(people.map((person) => person.hears()));
}

/** Both ends of the selected pair of each connected transport that has one. */
function paths({ page }) {
  return page.evaluate(async () => {
    const found = [];
    for (const connection of window.connections) {
      if (connection.connectionState !== 'connected') continue;
      const stats = await connection.getStats();
      for (const transport of stats.values()) {
        const pair = stats.get(transport.selectedCandidatePairId);
        if (transport.type !== 'transport' || !pair) continue;
        found.push({
          local: stats.get(pair.localCandidateId),
          remote: stats.get(pair.remoteCandidateId),
        });
      }
    }
    return found;
  });
}

/** The paths of the two transports, one for sending and one for receiving. */
async function bothPaths(visitor) {
  const found = await paths(visitor);
  assert.equal(found.length, 2, 'one transport sends, one receives');
  return found;
}

async function assertRelayed(visitor) {
  for (const { local } of await bothPaths(visitor)) {
    assert.equal(local.candidateType, 'relay');
    assert.equal(local.relayProtocol, 'tls');
    assert.equal(local.url, turnUrl());
  }
}

/** The times in seconds until which the users of the TURN server are valid. */
const expiries = () => [...turn.log().matchAll(/user <(\d+):[^>]+>/g)]
  .map(([, expiry]) => Number(expiry));

test('a TURN server with TLS relays the media', (context) =>
  withCall('relay', turnFlags(SECRET_FILE), async (ada, bob) => {
    await context.test('both see and hear each other', async () => {
      await assertTalk(ada, bob);
      await ada.screenshot(`${SHOTS}/call-relayed.png`);
    });

    await context.test('the member inside is relayed over TLS', async () => {
      await assertRelayed(ada);
      assert.ok(network.blocked() > 0, 'the firewall stopped other attempts');
    });

    await context.test('the member outside needs no relay', async () => {
      for (const { local } of await bothPaths(bob)) {
        assert.notEqual(local.candidateType, 'relay');
      }
    });

    await context.test('credentials expire after the configured time', () => {
      const now = Date.now() / 1000;
      assert.ok(expiries().length > 0, turn.log());
      for (const expiry of expiries()) {
        assert.ok(expiry > now && expiry <= now + LIFETIME, String(expiry));
      }
    });

    await context.test('a TURN server that restarts is found again, ' +
      'with fresh credentials', async () => {
      const latest = Math.max(...expiries());
      const former = (await bothPaths(ada)).map(({ local }) => local.id);
      await turn.stop();
      turn = await startTurn();
      // Buffered pictures still play, so only new candidates show a new path.
      await waitFor('both transports to be relayed again', async () => {
        const found = await paths(ada);
        return found.length === 2 &&
          found.every(({ local }) => !former.includes(local.id));
      }, 60_000);
      await waitFor('fresh credentials', () =>
        expiries().some((expiry) => expiry > latest));
      await assertTalk(ada, bob);
      await assertRelayed(ada);
    });
  }));

test('without TURN, ICE-TCP on port 443 carries the media', () =>
  withCall('tcp', ['--rtc.port=443'], async (ada, bob) => {
    await assertTalk(ada, bob);
    for (const { local, remote } of await bothPaths(ada)) {
      assert.equal(local.protocol, 'tcp');
      assert.equal(remote.port, 443);
    }
  }));

test('the doctor tries the TURN server as a client does', async (context) => {
  const trusted = { SSL_CERT_FILE: certificates.authority };
  const examine = (secretFile, environment) => runDoctor(
    ['--http.port=0', '--rtc.port=0', ...turnFlags(secretFile)], environment);

  await context.test('a server that works is reported as such', () => {
    const { report } = examine(SECRET_FILE, trusted);
    assert.match(report, /^ok +ice servers: turns:.*credentials are accepted/m);
  });

  await context.test('another secret is refused', async () => {
    const other = `${SECRET_FILE}-other`;
    await writeFile(other, randomBytes(32).toString('hex'), { mode: 0o600 });
    const { status, report } = examine(other, trusted);
    await rm(other);
    assert.equal(status, 1);
    assert.match(report, /^wrong +ice servers: .*refuses the credentials/m);
  });

  await context.test('a certificate that is not trusted is refused', () => {
    const { status, report } = examine(SECRET_FILE);
    assert.equal(status, 1);
    assert.match(report, /^wrong +ice servers: .*refuse its certificate/m);
  });
});
