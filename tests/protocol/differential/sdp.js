// Usage: node sdp.js <path of sdp_tool> [seed [rounds]]
//
// Parses the offers of tests/data/sdp, and seeded variations of them, by
// sdp-transform and by us, and compares what both have read. Our answers must
// be what sdp-transform reads as an answer to that offer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Prng } from './prng.js';

const require = createRequire(import.meta.url);
const sdp = require('sdp-transform');
const folder = new URL('../../data/sdp/', import.meta.url);

const words = value => (value === undefined ? [] : String(value).split(' '));
const all = value => (value === undefined ? [] : [value].flat());

// The ways of FFmpeg 8.0 (see sdp_codec_attributes.cpp) are ours alone.
function repairProfile(value) {
  return value.replace(/^42200(..)$/, '42e0$1');
}

function parametersOf(media, payload) {
  const line = media.fmtp.find(x => x.payload === payload);
  const out = {};
  for (const [key, value] of Object.entries(line ? sdp.parseParams(line.config) : {})) {
    if (key === 'profile-level-id') {
      out[key] = repairProfile(String(value));
    } else if (value !== undefined) {
      // Fractions are texts for us.
      out[key] = Number.isInteger(value) ? value : String(value);
    }
  }
  return out;
}

function feedbackOf(media, payload, codec) {
  const isFor = x => x.payload === payload
    || (x.payload === '*' && codec.toLowerCase() !== 'rtx');
  const out = [];
  for (const { type, subtype } of (media.rtcpFb ?? []).filter(isFor)) {
    const entry = `${type} ${subtype ?? ''}`;
    if (!out.includes(entry)) {
      out.push(entry);
    }
  }
  return out.sort();
}

function codecsOf(media) {
  return words(media.payloads).map(Number).flatMap(payload => {
    const map = media.rtp.find(x => x.payload === payload);
    return map ? [{
      mimeType: `${media.type}/${map.codec}`,
      payloadType: payload,
      clockRate: map.rate,
      channels: media.type === 'audio' ? Number(map.encoding ?? 1) : undefined,
      parameters: parametersOf(media, payload),
      feedback: feedbackOf(media, payload, map.codec),
    }] : [];
  });
}

function extensionsOf(session, media) {
  const own = media.ext ?? [];
  const inherited = (session.ext ?? []).filter(
    x => !own.some(y => y.value === x.value || y.uri === x.uri));
  return [...inherited, ...own].filter(x => x.value < 256)
    .map(x => ({ id: x.value, uri: x.uri, direction: x.direction ?? 'sendrecv' }));
}

function ridsOf(media) {
  const { dir1, list1, dir2, list2 } = media.simulcast ?? {};
  const list = dir1 === 'send' ? list1 : dir2 === 'send' ? list2 : undefined;
  const sent = (media.rids ?? []).filter(x => x.direction === 'send')
    .map(x => String(x.id));
  return list === undefined ? [] : sdp.parseSimulcastStreamList(String(list))
    .map(alternatives => String(alternatives[0].scid))
    .filter(rid => sent.includes(rid));
}

function sourcesOf(media) {
  const repairs = (media.ssrcGroups ?? []).filter(x => x.semantics === 'FID')
    .map(x => words(x.ssrcs).map(Number));
  const listed = (media.ssrcs ?? []).map(x => x.id);
  const ids = [...new Set(listed)].filter(
    id => !repairs.some(([main, rtx]) => rtx === id && listed.includes(main)));
  return ids.map(ssrc => ({
    ssrc,
    rtx: repairs.find(([main]) => main === ssrc)?.[1],
    cname: String(media.ssrcs.find(
      x => x.id === ssrc && x.attribute === 'cname')?.value ?? ''),
  }));
}

// sdp-transform knows no braces in MSIDs, as Firefox writes them, and lists the
// line as invalid.
function msidOf(media) {
  const read = all(media.msid).map(x => `${x.id} ${x.appdata ?? ''}`.trim());
  const unread = (media.invalid ?? []).map(x => x.value)
    .filter(x => x.startsWith('msid:')).map(x => x.slice('msid:'.length));
  return [...read, ...unread][0] ?? '';
}

function isRtp(media) {
  return ['audio', 'video'].includes(media.type)
    && /rtp\/savpf?$/i.test(media.protocol);
}

function sectionOf(session, media) {
  return {
    mid: String(media.mid ?? ''),
    media: media.type,
    protocol: media.protocol,
    rejected: media.port === 0 && !media.bundleOnly,
    direction: media.direction ?? session.direction ?? 'sendrecv',
    rtcpMux: Boolean(media.rtcpMux),
    rtcpRsize: Boolean(media.rtcpRsize),
    msid: msidOf(media),
    codecs: isRtp(media) ? codecsOf(media) : [],
    extensions: extensionsOf(session, media),
    rids: ridsOf(media),
    sources: sourcesOf(media),
  };
}

// What sdp-transform reads in an offer, in the form of describeOurs().
function describeTheirs(text) {
  const session = sdp.parse(text);
  const first = (key, extra = x => x) => session.media
    .filter(x => x.port !== 0 || x.bundleOnly)
    .map(x => x[key] ?? session[key]).filter(x => x !== undefined).map(extra)[0];
  return {
    ufrag: String(first('iceUfrag')),
    password: String(first('icePwd')),
    fingerprint: first('fingerprint', x => `${x.type} ${x.hash.toUpperCase()}`),
    role: first('setup') === 'passive' ? 'server' : 'client',
    bundles: (session.groups ?? []).filter(x => x.type === 'BUNDLE')
      .map(x => words(x.mids)),
    sections: session.media.map(x => sectionOf(session, x)),
  };
}

function describeOurs({ ice, dtls, bundles, sections }) {
  return {
    ufrag: ice.usernameFragment,
    password: ice.password,
    fingerprint: dtls.fingerprints.map(x => `${x.algorithm} ${x.value}`)[0],
    role: dtls.role,
    bundles,
    sections: sections.map(x => ({
      ...x,
      codecs: x.codecs.map(y => ({
        mimeType: y.mimeType,
        payloadType: y.payloadType,
        clockRate: y.clockRate,
        channels: y.channels,
        parameters: y.parameters ?? {},
        feedback: (y.rtcpFeedback ?? []).map(z => `${z.type} ${z.parameter ?? ''}`).sort(),
      })),
      extensions: x.extensions.map(y => ({
        id: y.preferredId, uri: y.uri, direction: y.direction,
      })),
      sources: x.sources.map(y => ({ ssrc: y.ssrc, rtx: y.rtx, cname: y.cname })),
    })),
  };
}

// One accepted section of an answer beside the offered one.
function checkAccepted(offered, answered, track) {
  assert.equal(answered.direction, 'recvonly');
  assert.ok(answered.rtcpMux);
  assert.equal(Boolean(answered.rtcpRsize), Boolean(offered.rtcpRsize));
  const ours = codecsOf(answered);
  assert.deepEqual(ours.map(x => x.payloadType),
    track.codecs.map(x => x.payloadType));
  for (const codec of ours) {
    const known = codecsOf(offered).find(x => x.payloadType === codec.payloadType);
    assert.equal(codec.mimeType.toLowerCase(), known.mimeType.toLowerCase());
    assert.equal(codec.clockRate, known.clockRate);
    assert.equal(codec.channels, known.channels);
    for (const x of codec.feedback) {
      assert.ok(known.feedback.includes(x), x);
    }
  }
  for (const { value, uri } of answered.ext ?? []) {
    assert.ok(offered.ext.some(x => x.value === value && x.uri === uri), uri);
  }
  const rids = track.encodings.flatMap(x => (x.rid ? [x.rid] : []));
  assert.deepEqual((answered.rids ?? []).map(x => String(x.id)), rids);
  assert.equal(String(answered.simulcast?.list1 ?? ''), rids.join(';'));
}

function checkAnswer(text, answer, tracks) {
  const [offered, answered] = [sdp.parse(text), sdp.parse(answer)];
  assert.deepEqual(answered.invalid ?? [], []);
  assert.equal(answered.icelite, 'ice-lite');
  assert.equal(answered.media.length, offered.media.length);
  const accepted = [];
  answered.media.forEach((media, i) => {
    assert.equal(media.type, offered.media[i].type);
    assert.equal(media.protocol, offered.media[i].protocol);
    assert.equal(media.mid, offered.media[i].mid);
    assert.equal(media.port === 0, typeof tracks[i] === 'string');
    if (media.port !== 0) {
      accepted.push(media);
      checkAccepted(offered.media[i], media, tracks[i]);
    }
  });
  accepted.forEach((media, i) => {
    assert.equal((media.candidates ?? []).length, i === 0 ? 2 : 0);
    assert.equal(media.endOfCandidates === undefined, i !== 0);
  });
  const mids = accepted.map(x => String(x.mid));
  for (const group of answered.groups ?? []) {
    assert.deepEqual(words(group.mids), mids);
  }
  return accepted.length;
}

const droppable = /^a=(extmap|rtcp-fb|fmtp|rtpmap|rid|ssrc|ssrc-group|rtcp-rsize|msid|mid|bundle-only|rtcp-mux|simulcast)\b/;

// The offer with some attributes left out, and others in another order.
function vary(rng, text) {
  const [session, ...sections] = text.split(/^(?=m=)/m);
  return session + sections.map(section => {
    const [media, ...lines] = section.split(/(?<=\n)/)
      .filter(line => !(droppable.test(line) && rng.chance(0.08)));
    return media + (rng.chance(0.5) ? rng.shuffle(lines) : lines).join('');
  }).join('');
}

function main(tool, seed = 1, rounds = 40) {
  const rng = new Prng(Number(seed));
  const offers = readdirSync(folder).filter(x => x.endsWith('.sdp')).sort()
    .flatMap(name => {
      const text = readFileSync(new URL(name, folder), 'utf8');
      const varied = Array.from({ length: Number(rounds) }, () => vary(rng, text));
      return [text, ...varied].map(offer => ({ name, offer }));
    });
  const input = offers.map(x => `${JSON.stringify(x.offer)}\n`).join('');
  const run = spawnSync(tool, { input, maxBuffer: 2 ** 30, encoding: 'utf8' });
  assert.equal(run.status, 0, `${tool}: ${run.error ?? run.stderr}`);
  const outputs = run.stdout.trimEnd().split('\n').map(x => JSON.parse(x));
  assert.equal(outputs.length, offers.length);
  const counts = {};
  let failures = 0;
  offers.forEach(({ name, offer }, i) => {
    counts[name] ??= { offers: 0, 'sections accepted': 0 };
    ++counts[name].offers;
    try {
      const { offer: ours, answer, tracks, error } = outputs[i];
      assert.equal(error, undefined);
      assert.deepEqual(describeOurs(ours), describeTheirs(offer));
      counts[name]['sections accepted'] += checkAnswer(offer, answer, tracks);
    } catch (error) {
      if (++failures <= 3) {
        console.error(`${name}, seed ${seed}:\n${offer}\n`
          + `ours: ${JSON.stringify(outputs[i])}\n${error.message}\n`);
      }
    }
  });
  console.table(counts);
  console.log(`${offers.length} offers of seed ${seed}, ${failures} differ`);
  process.exit(failures ? 1 : 0);
}

main(...process.argv.slice(2));
