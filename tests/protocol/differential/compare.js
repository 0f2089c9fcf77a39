// Normalises the answers of both sides so that they can be compared. Each rule
// is a documented difference in form that does not matter.

const falsyIsAbsent = new Set([
  'mid', 'msid', 'rid', 'cname', 'ssrc', 'rtx', 'dtx', 'scalabilityMode',
  'maxBitrate', 'preferredPayloadType',
]);
const directions = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

const dictionaries = {
  caps: { codecs: 'codecs', headerExtensions: 'extensions' },
  params: {
    mid: '', msid: '', codecs: 'codecs', headerExtensions: 'extensions',
    encodings: 'encodings', rtcp: 'rtcp',
  },
  codecs: {
    kind: '', mimeType: '', payloadType: '', preferredPayloadType: 'number',
    clockRate: '', channels: '', parameters: 'map', rtcpFeedback: 'feedback',
  },
  extensions: {
    kind: '', uri: '', id: '', preferredId: '', preferredEncrypt: '', encrypt: '',
    direction: 'direction', parameters: 'map',
  },
  encodings: {
    ssrc: '', rid: '', rtx: 'rtx', dtx: '', scalabilityMode: '',
    maxBitrate: 'bitrate', codecPayloadType: 'number',
  },
  rtx: { ssrc: '' },
  rtcp: { cname: '', reducedSize: '' },
  feedback: { type: '', parameter: '' },
  mapping: { codecs: 'codecMapping', encodings: 'encodingMapping' },
  codecMapping: { payloadType: '', mappedPayloadType: '' },
  encodingMapping: { ssrc: '', rid: '', mappedSsrc: '' },
  sctp: {
    streamId: '', ordered: '', maxPacketLifeTime: 'number', maxRetransmits: 'number',
  },
  mapped: { params: 'params', mapping: 'mapping' },
};

// Unknown members are removed, falsy optional ones count as absent.
export function normalize(shape, value) {
  switch (shape) {
    case '':
      return value;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'bitrate':
      // Not checked by mediasoup; its worker takes 32 bits.
      return typeof value === 'number' && value >= 1
        ? Math.min(Math.floor(value), 2 ** 32 - 1) : undefined;
    case 'direction':
      return directions.includes(value) || value === undefined ? value : 'inactive';
    case 'map':
      return { ...value };
  }
  if (Array.isArray(value) && shape !== 'rtcp' && shape !== 'rtx') {
    return value.map(x => normalize(
      shape, Array.isArray(x) && x.length === 0 ? { ...x } : x));
  }
  const out = {};
  for (const [key, inner] of Object.entries(dictionaries[shape])) {
    const raw = value?.[key];
    if (raw === undefined || raw === null
      || (falsyIsAbsent.has(key) && !raw && !(key === 'preferredPayloadType' && raw === 0))) {
      continue;
    }
    const member = normalize(inner, raw);
    if (member !== undefined) {
      out[key] = member;
    }
  }
  return out;
}

function check(condition, text) {
  if (!condition) {
    throw new Error(text);
  }
}

function checkRange(ssrc) {
  check(Number.isInteger(ssrc) && ssrc >= 1e8 && ssrc < 1e9, `SSRC ${ssrc}`);
}

// Replaces random SSRCs by their distance from the first, after a check that
// they are distinct.
export function relateMappedSsrcs(mapping) {
  const base = mapping.encodings[0]?.mappedSsrc;
  for (const encoding of mapping.encodings) {
    checkRange(encoding.mappedSsrc);
    encoding.mappedSsrc -= base;
  }
  return mapping;
}

export function relateSsrcs(params, pipe) {
  const { encodings } = params;
  const base = encodings[0]?.ssrc;
  const rtxBase = encodings[0]?.rtx?.ssrc;
  if (pipe && rtxBase) {
    check(Math.abs(rtxBase - base) >= encodings.length, 'SSRC blocks overlap');
  }
  for (const encoding of encodings) {
    checkRange(encoding.ssrc);
    if (encoding.rtx) {
      checkRange(encoding.rtx.ssrc);
      encoding.rtx.ssrc -= pipe ? rtxBase : base;
    }
    encoding.ssrc -= base;
  }
  return params;
}

const ranges = {
  payloadType: [0, 127], preferredPayloadType: [0, 126], codecPayloadType: [0, 127],
  apt: [0, 127], id: [1, 255], preferredId: [1, 255], clockRate: [0, 2 ** 32 - 1],
  channels: [0, 255], ssrc: [0, 2 ** 32 - 1], streamId: [0, 65534],
  maxPacketLifeTime: [0, 65535], maxRetransmits: [0, 65535],
};

// Deliberate difference: mediasoup's JavaScript accepts numbers that no packet
// can carry (and, for a payload type of a router, the probator's 127); we
// refuse them.
export function hasNumberBeyondWire(value) {
  if (!value || typeof value !== 'object') {
    return false;
  }
  return Object.entries(value).some(([key, x]) => {
    if (typeof x === 'number' && key in ranges) {
      const [min, max] = ranges[key];
      return !Number.isInteger(x) || x < min || x > max;
    }
    return hasNumberBeyondWire(x);
  });
}

const dependencyDescriptor = 'https://aomediacodec.github.io/av1-rtp-spec/'
  + '#dependency-descriptor-rtp-header-extension';

function isAv1({ mimeType }) {
  return mimeType.toLowerCase() === 'video/av1';
}

// Deliberate difference: we forward the dependency descriptor to consumers of
// AV1. mediasoup only receives it. This makes mediasoup's own code answer
// likewise: it is added to the capabilities, and removed again for other
// codecs.
export function offerDependencyDescriptor(caps) {
  for (const extension of caps.headerExtensions) {
    if (extension.uri === dependencyDescriptor) {
      extension.direction = 'sendrecv';
    }
  }
  return caps;
}

export function keepDependencyDescriptorOfAv1(params) {
  if (!params.codecs.length || !isAv1(params.codecs[0])) {
    params.headerExtensions = params.headerExtensions
      .filter(({ uri }) => uri !== dependencyDescriptor);
  }
  return params;
}

// mediasoup adds it for pipes, where it is present already.
export function keepOneDependencyDescriptor(params) {
  const first = params.headerExtensions
    .findIndex(({ uri }) => uri === dependencyDescriptor);
  params.headerExtensions = params.headerExtensions
    .filter(({ uri }, i) => uri !== dependencyDescriptor || i === first);
  return params;
}
