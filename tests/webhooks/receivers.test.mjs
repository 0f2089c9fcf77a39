// A real server with real members tells its webhooks to receivers that verify
// them by the libraries of LiveKit and of Standard Webhooks.
//
//     node receivers.test.mjs BINARY

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { WebhookReceiver } from "livekit-server-sdk";
import { Webhook } from "standardwebhooks";
import WebSocket from "ws";

const BINARY = process.argv[2];
const KEY = "test-key";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PATIENCE = 20_000; // ms, for anything to happen

const newFolder = () => mkdtempSync(join(tmpdir(), "troupe-webhooks-"));

/** Looks again and again until `condition` holds. */
async function until(what, condition) {
  for (const end = Date.now() + PATIENCE; !condition();) {
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves once `condition` holds; `changed` is called after each change. */
class Waiter {
  #waiting = [];

  changed() {
    this.#waiting = this.#waiting.filter(([condition, resolve]) => {
      if (!condition()) return true;
      resolve();
      return false;
    });
  }

  until(condition, what) {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not in time: ${what()}`)), PATIENCE);
      this.#waiting.push([condition, () => (clearTimeout(timer), resolve())]);
    });
  }
}

/** A receiver. `answer` gives the status of each request. */
class Receiver {
  requests = [];
  accepted = [];
  answer = () => 200;
  #waiter = new Waiter();

  static async start() {
    const out = new Receiver();
    out.server = createServer((request, response) => {
      const parts = [];
      request.on("data", (x) => parts.push(x));
      request.on("end", () => {
        const body = Buffer.concat(parts).toString();
        const status = out.answer(JSON.parse(body));
        const record = { headers: request.headers, body, event: JSON.parse(body), status };
        out.requests.push(record);
        if (status === 200) out.accepted.push(record);
        response.writeHead(status, status === 307 ? { location: "/elsewhere" } : {});
        response.end();
        out.#waiter.changed();
      });
    });
    out.server.listen(0, "127.0.0.1");
    await once(out.server, "listening");
    return out;
  }

  get url() {
    return `http://127.0.0.1:${this.server.address().port}/hook`;
  }

  /** The kinds of the events that were accepted. */
  kinds() {
    return this.accepted.map((x) => x.event.event);
  }

  until(kind) {
    return this.#waiter.until(
      () => this.kinds().includes(kind),
      () => `${kind} after ${this.kinds()}`,
    );
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

class Server {
  static async start(url, flags = [], folder = newFolder()) {
    const out = new Server();
    out.folder = folder;
    const secret = join(out.folder, "secret");
    writeFileSync(secret, SECRET + "\n", { mode: 0o600 });
    out.process = spawn(BINARY, [
      "--log.format=json", "--http.static-root=", "--http.listen-addresses=127.0.0.1",
      "--http.port=0", "--rtc.listen-addresses=127.0.0.1", "--rtc.port=0",
      `--webhooks.urls=${url}`, `--webhooks.key=${KEY}`, `--webhooks.secret-file=${secret}`,
      `--webhooks.spool=${out.folder}`, ...flags,
    ], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: out.process.stdout })) {
      const x = JSON.parse(line);
      if (x.event === "started") {
        out.port = Number(x.http);
        break;
      }
    }
    out.process.stdout.resume();
    assert.ok(out.port, "the server has not started");
    return out;
  }

  /** Ends the process, and leaves its files. */
  async end(signal = "SIGTERM") {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill(signal);
    await ended;
  }

  async stop() {
    await this.end();
    rmSync(this.folder, { recursive: true });
  }

  async post(path, body) {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, { method: "POST",
      headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  }
}

/** A broadcaster that sends sound by RTP, and its clock, until it is closed. */
class Speaker {
  #socket = createSocket("udp4");
  #sent = 0;

  static async start(server, room) {
    const out = new Speaker();
    const all = `/rooms/${room}/broadcasters`;
    await server.post(all, { id: "cam", displayName: "Cam" });
    const transports = `${all}/cam/transports`;
    const { id, ip, port } = await server.post(transports,
      { type: "plain", rtcpMux: true, comedia: true });
    await server.post(`${transports}/${id}/producers`, { kind: "audio", rtpParameters: {
      codecs: [{ mimeType: "audio/opus", payloadType: 100, clockRate: 48000, channels: 2 }],
      encodings: [{ ssrc: 7 }] } });
    out.timer = setInterval(() => out.#send(port, ip), 20);
    return out;
  }

  #send(port, ip) {
    const packet = Buffer.alloc(132);
    packet.set([0x80, 100]);
    packet.writeUInt16BE(this.#sent, 2);
    packet.writeUInt32BE(this.#sent * 960, 4);
    packet.writeUInt32BE(7, 8);
    packet[12] = 0x78; // 20 ms of Opus
    this.#socket.send(packet, port, ip);
    if (this.#sent++ % 50 === 1) this.#socket.send(this.#report(), port, ip);
  }

  /** A sender report (RFC 3550, section 6.4.1). */
  #report() {
    const now = Date.now();
    const out = Buffer.alloc(28);
    out.set([0x80, 200, 0, 6]);
    out.writeUInt32BE(7, 4);
    out.writeUInt32BE(Math.floor(now / 1000) + 2_208_988_800, 8);
    out.writeUInt32BE(Math.floor((now % 1000) * 2 ** 32 / 1000), 12);
    out.writeUInt32BE(this.#sent * 960, 16);
    return out;
  }

  close() {
    clearInterval(this.timer);
    this.#socket.close();
  }
}

/** A member that speaks the dialect `ws`. */
class Member {
  #last = 0;
  #replies = new Map();

  static async join(server, room, user) {
    const out = new Member();
    out.socket = new WebSocket(
      `ws://127.0.0.1:${server.port}/socket?auth=${user}&channelId=${encodeURIComponent(room)}`,
    );
    out.socket.on("message", (text) => {
      const x = JSON.parse(text);
      out.#replies.get(x.id)?.(x);
    });
    await once(out.socket, "open");
    return out;
  }

  request(type, data = {}) {
    const id = ++this.#last;
    const reply = new Promise((resolve) => this.#replies.set(id, resolve));
    this.socket.send(JSON.stringify({ id, type, data }));
    return reply;
  }

  async produce() {
    await this.request("create-transport", { direction: "send" });
    const reply = await this.request("produce", {
      kind: "audio",
      rtpParameters: {
        mid: "0",
        codecs: [{ mimeType: "audio/opus", payloadType: 111, clockRate: 48000, channels: 2,
          parameters: {}, rtcpFeedback: [] }],
        headerExtensions: [],
        encodings: [{ ssrc: 1 }],
        rtcp: { cname: "c" },
      },
    });
    assert.equal(reply.type, "producer-id", JSON.stringify(reply));
    return reply.data.id;
  }

  async leave() {
    const closed = once(this.socket, "close");
    this.socket.close();
    await closed;
  }
}

async function withServer(run, flags) {
  const receiver = await Receiver.start();
  let server;
  try {
    server = await Server.start(receiver.url, flags);
    await run(receiver, server);
  } finally {
    await server?.stop();
    receiver.close();
  }
}

test("both libraries verify the events of a whole call, in order", () =>
  withServer(async (receiver, server) => {
    const livekit = new WebhookReceiver(KEY, SECRET);
    const standard = new Webhook(SECRET);
    const room = 'röom "1"';
    const ann = await Member.join(server, room, "ann");
    const track = await ann.produce();
    const bob = await Member.join(server, room, "bob");
    await bob.leave();
    await ann.leave();
    await receiver.until("room_finished");
    assert.deepEqual(receiver.kinds(), [
      "room_started", "participant_joined", "track_published", "participant_joined",
      "participant_left", "track_unpublished", "participant_left", "room_finished",
    ]);
    const ids = new Set();
    for (const { headers, body, event } of receiver.accepted) {
      assert.equal(headers["content-type"], "application/webhook+json");
      const typed = await livekit.receive(body, headers.authorization);
      assert.equal(typed.event, event.event);
      assert.equal(typed.id, event.id);
      assert.equal(typed.room.name, room);
      assert.match(typed.room.sid, /^RM_/);
      assert.equal(Number(typed.createdAt), event.createdAt);
      assert.ok(Math.abs(event.createdAt - Date.now() / 1000) < 60);
      assert.equal(typed.numDropped, 0);
      assert.deepEqual(standard.verify(body, headers), event);
      assert.equal(headers["webhook-id"], event.id);
      ids.add(event.id);
    }
    assert.equal(ids.size, receiver.accepted.length);
    const published = await livekit.receive(
      receiver.accepted[2].body, receiver.accepted[2].headers.authorization);
    assert.equal(published.participant.identity, "ann");
    assert.equal(published.track.sid, track);
    assert.equal(published.track.type, 0); // AUDIO
    const left = await livekit.receive(
      receiver.accepted[6].body, receiver.accepted[6].headers.authorization);
    assert.equal(left.participant.identity, "ann");
    assert.equal(left.participant.disconnectReason, 1); // CLIENT_INITIATED
  }));

test("neither library takes a body that was changed, or another's secret", () =>
  withServer(async (receiver, server) => {
    const ann = await Member.join(server, "r", "ann");
    await receiver.until("participant_joined");
    await ann.leave();
    const { headers, body } = receiver.accepted[0];
    const changed = body.replace("room_started", "room_finished");
    const other = "whsec_" + Buffer.alloc(32, 1).toString("base64");
    await assert.rejects(new WebhookReceiver(KEY, SECRET).receive(changed, headers.authorization));
    await assert.rejects(new WebhookReceiver(KEY, other).receive(body, headers.authorization));
    await assert.rejects(new WebhookReceiver("other", SECRET).receive(body, headers.authorization));
    assert.throws(() => new Webhook(SECRET).verify(changed, headers));
    assert.throws(() => new Webhook(other).verify(body, headers));
  }));

test("an event that is refused comes again with its id and body, newly signed", () =>
  withServer(async (receiver, server) => {
    const answers = [503, 307];
    receiver.answer = () => answers.shift() ?? 200;
    const ann = await Member.join(server, "r", "ann");
    await receiver.until("participant_joined");
    await ann.leave();
    await receiver.until("room_finished");
    const tries = receiver.requests.slice(0, 3);
    assert.deepEqual(tries.map((x) => x.status), [503, 307, 200]);
    assert.equal(new Set(tries.map((x) => x.body)).size, 1);
    assert.equal(new Set(tries.map((x) => x.headers["webhook-id"])).size, 1);
    const last = tries[2];
    new Webhook(SECRET).verify(last.body, last.headers);
    assert.deepEqual(receiver.kinds(),
      ["room_started", "participant_joined", "participant_left", "room_finished"]);
  }));

test("a server that is stopped tells the end of its rooms before it ends", () =>
  withServer(async (receiver, server) => {
    await Member.join(server, "r", "ann");
    await receiver.until("participant_joined");
    await server.stop();
    assert.deepEqual(receiver.kinds().slice(2), ["participant_left", "room_finished"]);
    assert.equal(receiver.accepted[2].event.participant.disconnectReason, "SERVER_SHUTDOWN");
    server.stop = () => {};
  }));

test("the metrics count what was told", () =>
  withServer(async (receiver, server) => {
    const ann = await Member.join(server, "r", "ann");
    await ann.leave();
    await receiver.until("room_finished");
    let text = "";
    for (let i = 0; i < 200 && !text.includes('delivered_total{receiver="1"} 4\n'); ++i) {
      text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.ok(text.includes('troupe_webhooks_delivered_total{receiver="1"} 4\n'), text);
    assert.ok(text.includes('troupe_webhooks_waiting{receiver="1"} 0\n'));
  }));

test("a recording that a crash has cut off is told of once, with its room", async () => {
  const receiver = await Receiver.start();
  const folder = newFolder();
  const recordings = join(folder, "recordings");
  mkdirSync(recordings);
  const start = () => Server.start(receiver.url, [`--record.directory=${recordings}`,
    "--record.min-free=0", "--rtc.plain-transports=1"], folder);
  let server;
  let speaker;
  try {
    server = await start();
    const ann = await Member.join(server, "r", "ann");
    speaker = await Speaker.start(server, "r");
    const begun = await ann.request("start-recording", { title: "Weekly" });
    assert.equal(begun.type, "recording", JSON.stringify(begun));
    await receiver.until("recording_started");
    // Two clusters at least.
    await until("a file", () => readdirSync(recordings, { recursive: true })
      .some((x) => x.endsWith(".webm") && statSync(join(recordings, x)).size > 15_000));
    speaker.close();
    await server.end("SIGKILL");
    server = await start();
    await receiver.until("recording_finished");
    await server.end();
    server = await start(); // which finds nothing to finish
    await Member.join(server, "other", "bob");
    await until("another room", () => receiver.accepted.some(
      (x) => x.event.room.name === "other"));
    await server.end();
    const told = receiver.accepted.map((x) => x.event);
    const of = (kind) => told.filter((x) => x.event === kind);
    assert.equal(of("recording_finished").length, 1);
    assert.equal(of("recording_failed").length, 0);
    const [{ room, recording }] = of("recording_finished");
    const [was] = of("recording_started");
    assert.match(room.sid, /^RM_/);
    assert.equal(room.sid, was.room.sid);
    assert.equal(recording.id, was.recording.id);
    assert.equal(recording.why, "recovered");
    assert.equal(recording.files.length, 1);
    assert.ok(recording.files[0].size > 10_000);
    assert.ok(recording.durationMs > 1_000);
  } finally {
    await server?.end("SIGKILL");
    receiver.close();
    rmSync(folder, { recursive: true });
  }
});
