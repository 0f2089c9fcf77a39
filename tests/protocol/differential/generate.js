// Generates capabilities and parameters as routers, browsers and broken clients
// would send them.

const h264Profiles = [
  '42e01f', '42001f', '4d001f', '4d0032', '640032', '640c1f', '64001f',
  '42e00b', '42f00b', '42100b', '4d100b', '42e00a', '42e034', '58c01f',
  '58801f', '4d801f', 'f4001f', '42E01F', '42e01', '42e0ff', 'xyz', '',
  '000000', '640b1f', '42e009',
];
const asymmetry = [1, '1', 0, 2, '', 'yes'];
const modes = [0, 1, '1', '', 2, '0'];
const scalabilityModes = [
  'L1T1', 'L1T3', 'L3T3', 'S3T3', 'L3T3_KEY', 'L2T2h', 'L0T1', 'L1T0', 'L99T9',
  'L123T1', 'L1T123', 'l1t1', 'foo', 'S2T1_KEY_SHIFT', 'L1', '',
];
const feedbacks = [
  { type: 'nack' },
  { type: 'nack', parameter: 'pli' },
  { type: 'nack', parameter: '' },
  { type: 'ccm', parameter: 'fir' },
  { type: 'goog-remb' },
  { type: 'goog-remb', parameter: '' },
  { type: 'transport-cc' },
  { type: 'rrtr' },
];

// With the probability, puts a value made by `make` under `key`.
function maybe(rng, object, key, probability, make) {
  if (rng.chance(probability)) {
    object[key] = make();
  }
}

function anyCase(rng, text) {
  if (rng.chance(0.85)) {
    return text;
  }
  return [...text]
    .map(x => (rng.chance(0.5) ? x.toUpperCase() : x.toLowerCase()))
    .join('');
}

function h264Parameters(rng) {
  const out = {};
  maybe(rng, out, 'profile-level-id', 0.85, () => rng.pick(h264Profiles));
  maybe(rng, out, 'packetization-mode', 0.8, () =>
    rng.chance(0.7) ? 1 : rng.pick(modes));
  maybe(rng, out, 'level-asymmetry-allowed', 0.7, () =>
    rng.chance(0.7) ? 1 : rng.pick(asymmetry));
  return out;
}

const multiopusLayouts = {
  4: ['0,1,2,3', 2, 2],
  6: ['0,4,1,2,3,5', 4, 2],
  8: ['0,6,1,2,3,4,5,7', 5, 3],
};

function multiopus(rng) {
  const channels = rng.pick([4, 6, 8]);
  const [mapping, streams, coupled] = multiopusLayouts[channels];
  const parameters = { channel_mapping: mapping };
  maybe(rng, parameters, 'num_streams', 0.95, () =>
    rng.chance(0.95) ? streams : String(streams));
  maybe(rng, parameters, 'coupled_streams', 0.95, () => coupled);
  return { mimeType: 'audio/multiopus', clockRate: 48000, channels, parameters };
}

const codecMakers = [
  () => ({ mimeType: 'audio/opus', clockRate: 48000, channels: 2 }),
  rng => ({
    mimeType: 'audio/opus', clockRate: 48000, channels: 2,
    parameters: { useinbandfec: 1, minptime: 10, ratio: rng.next() },
  }),
  multiopus,
  rng => ({
    mimeType: rng.pick(['audio/PCMU', 'audio/PCMA', 'audio/G722']),
    clockRate: 8000,
  }),
  rng => ({ mimeType: 'audio/ISAC', clockRate: rng.pick([16000, 32000, 8000]) }),
  rng => ({ mimeType: 'audio/SILK', clockRate: rng.pick([24000, 8000]) }),
  rng => ({
    mimeType: rng.pick(['audio/CN', 'audio/telephone-event']),
    clockRate: rng.pick([8000, 16000, 32000, 48000]), channels: 1,
  }),
  () => ({ mimeType: 'video/VP8', clockRate: 90000 }),
  () => ({ mimeType: 'video/VP8', clockRate: 90000 }),
  rng => ({
    mimeType: 'video/VP9', clockRate: 90000,
    parameters: rng.pick([
      {}, { 'profile-id': 0 }, { 'profile-id': 2 }, { 'profile-id': '2' },
      { 'profile-id': '' }, { 'profile-id': '0' },
    ]),
  }),
  rng => ({
    mimeType: 'video/H264', clockRate: 90000, parameters: h264Parameters(rng),
  }),
  rng => ({
    mimeType: 'video/H264', clockRate: 90000, parameters: h264Parameters(rng),
  }),
  rng => ({
    mimeType: 'video/AV1', clockRate: 90000,
    parameters: rng.pick([{}, { profile: 0, 'level-idx': 5, tier: 0 }]),
  }),
];

const unknownCodecs = [
  { mimeType: 'video/H265', clockRate: 90000 },
  { mimeType: 'audio/red', clockRate: 48000, channels: 2 },
  { mimeType: 'video/ulpfec', clockRate: 90000 },
  { mimeType: 'video/VP8', clockRate: 8000 },
  { mimeType: 'audio/opus', clockRate: 48000 },
];

function makeCodec(rng, kind) {
  for (;;) {
    const codec = structuredClone(
      rng.chance(0.04) ? rng.pick(unknownCodecs) : rng.pick(codecMakers)(rng));
    if (!kind || codec.mimeType.startsWith(kind)) {
      codec.mimeType = anyCase(rng, codec.mimeType);
      return codec;
    }
  }
}

export function makeMediaCodecs(rng) {
  const out = [];
  for (let n = rng.below(8); n >= 0; --n) {
    const codec = makeCodec(rng);
    codec.kind = codec.mimeType.split('/')[0].toLowerCase();
    maybe(rng, codec, 'preferredPayloadType', 0.15, () =>
      rng.pick([0, 8, 96, 100, 101, 103, 110, 120]));
    out.push(codec);
  }
  return out;
}

// The usual router; most rounds use it, so that most clients match it.
export function demoMediaCodecs() {
  const h264 = profile => ({
    kind: 'video', mimeType: 'video/h264', clockRate: 90000,
    parameters: {
      'packetization-mode': 1, 'profile-level-id': profile,
      'level-asymmetry-allowed': 1, 'x-google-start-bitrate': 1000,
    },
  });
  return [
    { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 },
    { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 },
    {
      kind: 'video', mimeType: 'video/VP9', clockRate: 90000,
      parameters: { 'profile-id': 2 },
    },
    h264('4d0032'),
    h264('42e01f'),
    { kind: 'video', mimeType: 'video/AV1', clockRate: 90000 },
    h264('640032'),
  ];
}

function makeExtensions(rng, caps, idKey) {
  return rng.some(caps.headerExtensions, rng.pick([0.3, 0.8, 1])).map(ext => {
    const out = { uri: ext.uri };
    out[idKey] = rng.chance(0.95) ? ext.preferredId : 1 + rng.below(14);
    return out;
  });
}

function makeEncoding(rng, simulcast, index) {
  const out = {};
  if (simulcast) {
    out.rid = `r${index}`;
  }
  maybe(rng, out, 'ssrc', simulcast ? 0.2 : 0.9, () => 1 + rng.below(2 ** 32 - 1));
  maybe(rng, out, 'rtx', out.ssrc ? 0.6 : 0.05, () => ({
    ssrc: 1 + rng.below(2 ** 32 - 1),
  }));
  maybe(rng, out, 'dtx', 0.3, () => rng.chance(0.5));
  maybe(rng, out, 'scalabilityMode', 0.5, () => rng.pick(scalabilityModes));
  maybe(rng, out, 'maxBitrate', 0.4, () => rng.below(5000000));
  maybe(rng, out, 'codecPayloadType', 0.1, () => 96 + rng.below(32));
  maybe(rng, out, 'active', 0.3, () => true);
  maybe(rng, out, 'scaleResolutionDownBy', 0.3, () => 2 ** index);
  maybe(rng, out, 'networkPriority', 0.2, () => 'high');
  return out;
}

// The parameters of a producer, mostly made from the router's own codecs.
export function makeProducerParameters(rng, caps, kind) {
  const media = caps.codecs.filter(
    x => x.kind === kind && !/\/rtx$/i.test(x.mimeType));
  const out = { codecs: [] };
  let payloadType = 96 + rng.below(20);
  for (let n = rng.chance(0.8) ? 1 : rng.below(4); n > 0; --n) {
    const codec = media.length && rng.chance(0.9)
      ? structuredClone(rng.pick(media)) : makeCodec(rng, kind);
    const own = {
      mimeType: anyCase(rng, codec.mimeType), payloadType, clockRate: codec.clockRate,
      parameters: codec.parameters,
      rtcpFeedback: structuredClone(rng.some(feedbacks, 0.6)),
    };
    maybe(rng, own, 'channels', codec.channels ? 0.97 : 0.1, () => codec.channels ?? 1);
    if (/h264/i.test(own.mimeType) && rng.chance(0.4)) {
      own.parameters = h264Parameters(rng);
    }
    out.codecs.push(own);
    if (rng.chance(kind === 'video' ? 0.75 : 0.05)) {
      const apt = rng.chance(0.95) ? payloadType : payloadType + 1;
      out.codecs.push({
        mimeType: anyCase(rng, `${kind}/rtx`), payloadType: payloadType + 1,
        clockRate: codec.clockRate, parameters: { apt },
      });
    }
    payloadType += rng.chance(0.95) ? 2 : 0;
  }
  if (rng.chance(0.1)) {
    out.codecs = rng.shuffle(out.codecs);
  }
  maybe(rng, out, 'mid', 0.8, () => String(rng.below(5)));
  maybe(rng, out, 'msid', 0.5, () => 'stream track');
  maybe(rng, out, 'headerExtensions', 0.9, () => makeExtensions(rng, caps, 'id'));
  const simulcast = rng.chance(0.4);
  const count = simulcast ? 1 + rng.below(4) : rng.below(2);
  maybe(rng, out, 'encodings', 0.95, () =>
    Array.from({ length: count }, (_, i) => makeEncoding(rng, simulcast, i)));
  maybe(rng, out, 'rtcp', 0.9, () =>
    rng.pick([{ cname: 'abc' }, {}, { cname: 'x', reducedSize: false }]));
  return out;
}

// Like mediasoup-client: each extension once, under the last kind that has it.
function collapseExtensions(extensions) {
  const out = new Map();
  for (const ext of extensions) {
    out.delete(ext.uri);
    out.set(ext.uri, ext);
  }
  return [...out.values()];
}

// The capabilities of a client: some of the router's codecs, with feedback of
// its own, and codecs unknown to the router.
export function makeRemoteCapabilities(rng, caps) {
  const share = rng.pick([0.4, 0.8, 1, 1]);
  const codecs = rng.some(structuredClone(caps.codecs), share).map(codec => {
    codec.mimeType = anyCase(rng, codec.mimeType);
    codec.rtcpFeedback = structuredClone(rng.some(feedbacks, 0.7));
    maybe(rng, codec, 'preferredPayloadType', 0.2, () => 96 + rng.below(30));
    if (/h264/i.test(codec.mimeType) && rng.chance(0.4)) {
      codec.parameters = h264Parameters(rng);
    }
    return codec;
  });
  while (rng.chance(0.3)) {
    codecs.push(makeCodec(rng));
  }
  let headerExtensions = structuredClone(
    rng.some(caps.headerExtensions, rng.pick([0.5, 0.9, 1])));
  if (rng.chance(0.6)) {
    headerExtensions = collapseExtensions(headerExtensions);
  }
  if (rng.chance(0.1)) {
    headerExtensions = rng.shuffle(headerExtensions);
  }
  for (const ext of headerExtensions) {
    maybe(rng, ext, 'preferredId', 0.03, () => 1 + rng.below(14));
    maybe(rng, ext, 'direction', 0.1, () =>
      rng.pick(['sendonly', 'recvonly', 'inactive', 'whatever']));
  }
  return { codecs: rng.chance(0.2) ? rng.shuffle(codecs) : codecs, headerExtensions };
}

export function makeSctpStreamParameters(rng) {
  const out = {};
  const junk = [0, 1, 5000, null, '', 'x', true, false];
  maybe(rng, out, 'streamId', 0.95, () => rng.pick([0, 1, 1023, 65534, '1', null]));
  maybe(rng, out, 'ordered', 0.6, () => rng.pick([true, false, false, null, 'yes', 0]));
  maybe(rng, out, 'maxPacketLifeTime', 0.4, () => rng.pick(junk));
  maybe(rng, out, 'maxRetransmits', 0.4, () => rng.pick(junk));
  return out;
}

export function makeScalabilityMode(rng) {
  if (rng.chance(0.3)) {
    return rng.pick(scalabilityModes);
  }
  const letters = 'LST0123456789_KEYh';
  return Array.from({ length: rng.below(9) }, (_, i) =>
    i === 0 && rng.chance(0.8) ? rng.pick(['L', 'S']) : rng.pick(letters)).join('');
}

const oddValues = [
  null, false, true, 0, 1, '', 'x', '1', [], {}, -1, 1.5, 300, 70000, 2 ** 33,
];

// Damages one value of a clone: removes, replaces, adds or duplicates a member.
export function mutate(rng, input) {
  const out = structuredClone(input);
  let parent = { root: out };
  let key = 'root';
  while (parent[key] && typeof parent[key] === 'object'
    && Object.keys(parent[key]).length && !(parent !== out && rng.chance(0.15))) {
    parent = parent[key];
    key = rng.pick(Object.keys(parent));
  }
  if (Array.isArray(parent) && rng.chance(0.3)) {
    parent.push(structuredClone(parent[key]));
  } else if (rng.chance(0.1)) {
    parent.unheardOf = structuredClone(rng.pick(oddValues));
  } else if (rng.chance(0.3) && !Array.isArray(parent)) {
    delete parent[key];
  } else {
    parent[key] = structuredClone(rng.pick(oddValues));
  }
  return out;
}
