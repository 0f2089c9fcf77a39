// Usage: node main.js <path of ortc_tool> [seed [rounds]]
//
// Sends some thousand generated requests, from a seeded generator, to
// mediasoup's own negotiation and to ours, and compares the answers. Both must
// accept or refuse the same; accepted results must be equal, apart from random
// SSRCs. Error texts may differ. See compare.js for the deliberate differences.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import {
  hasNumberBeyondWire, keepDependencyDescriptorOfAv1,
  keepOneDependencyDescriptor, normalize, offerDependencyDescriptor,
  relateMappedSsrcs, relateSsrcs,
} from './compare.js';
import {
  demoMediaCodecs, makeMediaCodecs, makeProducerParameters,
  makeRemoteCapabilities, makeScalabilityMode, makeSctpStreamParameters, mutate,
} from './generate.js';
import { Prng } from './prng.js';

const require = createRequire(import.meta.url);
const ortc = require('mediasoup/ortc');
const { parseScalabilityMode } = require('mediasoup');

// The arguments of each operation, how mediasoup carries it out, and how its
// answers are normalised.
const operations = {
  validateRtpCapabilities: {
    ask({ caps }) {
      ortc.validateAndNormalizeRtpCapabilities(caps);
      return caps;
    },
    tidy: x => normalize('caps', x),
  },
  validateRtpParameters: {
    ask({ params }) {
      ortc.validateAndNormalizeRtpParameters(params);
      return params;
    },
    tidy: x => normalize('params', x),
  },
  validateSctpStreamParameters: {
    ask({ params }) {
      ortc.validateAndNormalizeSctpStreamParameters(params);
      return params;
    },
    tidy: x => normalize('sctp', x),
  },
  routerCapabilities: {
    ask: ({ mediaCodecs }) => offerDependencyDescriptor(
      ortc.generateRouterRtpCapabilities(mediaCodecs)),
    tidy: x => normalize('caps', x),
  },
  mapping: {
    ask({ params, caps }) {
      const mapping = ortc.getProducerRtpParametersMapping(params, caps);
      return { params, mapping };
    },
    tidy({ params, mapping }) {
      return normalize('mapped', { params, mapping: relateMappedSsrcs(mapping) });
    },
  },
  consumable: {
    ask: ({ kind, params, caps, mapping }) => keepDependencyDescriptorOfAv1(
      ortc.getConsumableRtpParameters(kind, params, caps, mapping)),
    tidy: x => normalize('params', x),
  },
  canConsume: {
    ask: ({ consumable, caps }) => ortc.canConsume(consumable, caps),
    tidy: x => x,
  },
  consumer: {
    ask({ consumable, caps, pipe, enableRtx }) {
      // As Transport.consume() does.
      ortc.validateAndNormalizeRtpCapabilities(caps);
      return ortc.getConsumerRtpParameters({
        consumableRtpParameters: consumable, remoteRtpCapabilities: caps,
        pipe, enableRtx,
      });
    },
    tidy: (x, { pipe }) => normalize('params', relateSsrcs(x, pipe)),
  },
  pipeConsumer: {
    ask: ({ consumable, enableRtx }) => keepOneDependencyDescriptor(
      ortc.getPipeConsumerRtpParameters({
        consumableRtpParameters: consumable, enableRtx,
      })),
    tidy: x => normalize('params', relateSsrcs(x, true)),
  },
  scalabilityMode: {
    ask: ({ text }) => parseScalabilityMode(text),
    tidy: x => x,
  },
};

const questions = [];

// Records a request and mediasoup's answer, and returns the answer.
function ask(op, args) {
  const question = { op, args: structuredClone(args) };
  try {
    question.answer = structuredClone(operations[op].ask(args));
  } catch (error) {
    question.refusal = String(error);
  }
  questions.push(question);
  return structuredClone(question.answer);
}

function sometimesMutated(rng, input) {
  let out = input;
  while (rng.chance(0.25)) {
    out = mutate(rng, out);
  }
  return out;
}

function makeRound(rng) {
  const wanted = rng.chance(0.5)
    ? demoMediaCodecs() : sometimesMutated(rng, makeMediaCodecs(rng));
  const caps = ask('routerCapabilities', { mediaCodecs: wanted });
  if (!caps || hasNumberBeyondWire(caps)) {
    return;
  }
  const kind = rng.pick(['audio', 'video', 'video']);
  const remote = makeRemoteCapabilities(rng, caps);
  ask('validateRtpCapabilities', { caps: mutate(rng, remote) });
  ask('scalabilityMode', { text: makeScalabilityMode(rng) });
  const sctp = makeSctpStreamParameters(rng);
  ask('validateSctpStreamParameters', { params: sometimesMutated(rng, sctp) });
  const given = makeProducerParameters(rng, caps, kind);
  ask('validateRtpParameters', { params: mutate(rng, given) });
  const params = ask('validateRtpParameters', {
    params: sometimesMutated(rng, given),
  });
  const mapped = params && !hasNumberBeyondWire(params)
    && ask('mapping', { params, caps });
  if (!mapped) {
    return;
  }
  const consumable = ask('consumable', { kind, ...mapped, caps });
  for (let i = 0; i < 4; ++i) {
    const one = sometimesMutated(rng, makeRemoteCapabilities(rng, caps));
    ask('canConsume', { consumable, caps: structuredClone(one) });
    ask('consumer', {
      consumable, caps: one, pipe: rng.chance(0.3), enableRtx: rng.chance(0.7),
    });
  }
  ask('pipeConsumer', { consumable, enableRtx: rng.chance(0.5) });
}

function askTool(tool) {
  const input = questions
    .map(({ op, args }) => `${JSON.stringify({ op, args })}\n`).join('');
  const run = spawnSync(tool, { input, maxBuffer: 2 ** 30, encoding: 'utf8' });
  assert.equal(run.status, 0, `${tool}: ${run.error ?? run.stderr}`);
  return run.stdout.trimEnd().split('\n').map(x => JSON.parse(x));
}

// Compares our answer with mediasoup's; throws if they differ.
function compare({ op, args, answer, refusal }, ours) {
  if (refusal === undefined && 'error' in ours && hasNumberBeyondWire(args)) {
    return 'refused by us alone (number beyond the wire)';
  }
  if (refusal !== undefined || 'error' in ours) {
    assert.equal('error' in ours, refusal !== undefined,
      refusal ?? ours.error);
    return 'refused';
  }
  const { tidy } = operations[op];
  assert.deepEqual(tidy(ours.ok, args), tidy(answer, args));
  return 'accepted';
}

function main(tool, seed = 1, rounds = 600) {
  const rng = new Prng(Number(seed));
  for (let i = 0; i < Number(rounds); ++i) {
    makeRound(rng);
  }
  const answers = askTool(tool);
  assert.equal(answers.length, questions.length);
  const counts = {};
  let failures = 0;
  questions.forEach((question, i) => {
    let outcome;
    try {
      outcome = compare(question, answers[i]);
    } catch (error) {
      outcome = 'DIFFERENT';
      if (++failures <= 5) {
        console.error(`question ${i} of seed ${seed}: ${JSON.stringify(question)}\n`
          + `ours: ${JSON.stringify(answers[i])}\n${error.message}\n`);
      }
    }
    counts[question.op] ??= {};
    counts[question.op][outcome] = (counts[question.op][outcome] ?? 0) + 1;
  });
  console.log(`${questions.length} questions of seed ${seed}`);
  console.table(counts);
  process.exit(failures ? 1 : 0);
}

main(...process.argv.slice(2));
