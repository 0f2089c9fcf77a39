/** What the facts of a check mean, and what to do about it. Pure. */

import { lossWords, rateWords } from './figures';
import type {
  CameraFacts, CheckFacts, FlowFacts, MicFacts, PathFacts, ServerFacts,
  SpeakerAnswer,
} from './facts';
import { rateLink } from '../quality';
import { ServerError } from '../server_error';
import { explainMedia, explainServer, type Explanation } from '../words';

/** "weak": a call works, but not as well as it could. */
export type Verdict = 'good' | 'weak' | 'bad' | 'untried';

export interface Finding extends Explanation {
  verdict: Verdict;
}

export const SUBJECTS =
  ['camera', 'mic', 'speaker', 'server', 'path', 'flow'] as const;
export type Subject = typeof SUBJECTS[number];

/** Even a dark room gives noise that is brighter than this. */
const BLACK = 20;
const FEW_FRAMES = 10;
/** Milliseconds within which a server should answer. */
const SLOW_ANSWER_MS = 500;
/** Bits per second: below, a call is one of voices, or of small pictures. */
const VOICE_BITRATE = 150_000;
const PICTURE_BITRATE = 600_000;

const finding = (verdict: Verdict, title: string, detail: string): Finding =>
  ({ verdict, title, detail });

/** One finding for each subject. */
export function findingsOf(facts: CheckFacts): Record<Subject, Finding> {
  return {
    camera: facts.camera ? judgeCamera(facts.camera)
      : untried('Your camera was not checked'),
    mic: facts.mic ? judgeMic(facts.mic)
      : untried('Your microphone was not checked'),
    speaker: judgeSpeaker(facts.speaker),
    server: facts.server ? judgeServer(facts.server)
      : untried('The server was not asked'),
    path: facts.path ? judgePath(facts.path)
      : untried('The network path was not checked'),
    flow: facts.path ? judgeFlow(facts.path)
      : untried('The quality of the path was not measured'),
  };
}

function untried(title: string, detail = ''): Finding {
  return finding('untried', title, detail);
}

function judgeCamera(facts: CameraFacts): Finding {
  const { error, frames, width, height, framesPerSecond, brightest } = facts;
  if (error !== undefined) {
    return { verdict: 'bad', ...explainMedia(error, 'camera') };
  }
  if (frames === 0) {
    return finding('bad', 'Your camera gives no picture',
      'It is open, but no frame came. Close other programs that use it, plug ' +
      'it in again, or choose another camera.');
  }
  if (brightest < BLACK) {
    return finding('weak', 'Your camera’s picture is black',
      'Open its cover or its switch, or choose another camera.');
  }
  const figures = `${width} × ${height} pixels, ` +
    `${Math.round(framesPerSecond)} frames a second.`;
  if (framesPerSecond < FEW_FRAMES) {
    return finding('weak', 'Your camera’s picture jerks',
      `${figures} Most cameras are faster with more light.`);
  }
  return finding('good', 'Your camera works', figures);
}

function judgeMic({ error, measured, muted, peak, spoke }: MicFacts): Finding {
  if (error !== undefined) {
    return { verdict: 'bad', ...explainMedia(error, 'microphone') };
  }
  if (muted) {
    return finding('bad', 'Your microphone is switched off outside this page',
      'Switch it on at the device, its cable or in the system’s settings.');
  }
  if (!measured) {
    return untried('Your microphone opens',
      'This browser did not let the page measure how loud it is.');
  }
  if (peak === 0) {
    return finding('bad', 'Your microphone gives silence',
      'No sound at all comes from it. Look for a switch at the device or its ' +
      'cable, or choose another microphone.');
  }
  if (!spoke) {
    return finding('weak', 'Your voice was not heard',
      'The microphone gives only very quiet sound. Check again and speak, go ' +
      'nearer to it, or choose another one.');
  }
  return finding('good', 'Your microphone works', 'Your voice was heard.');
}

function judgeSpeaker(answer: SpeakerAnswer | undefined): Finding {
  switch (answer) {
    case 'heard':
      return finding('good', 'Your speaker works', 'You heard the test sound.');
    case 'silent':
      return finding('bad', 'You did not hear the test sound',
        'Turn up the volume, look whether this tab is muted, and choose ' +
        'another speaker beside the test sound in the lobby or the system.');
    case 'failed':
      return finding('bad', 'The test sound could not be played',
        'Plug in a speaker or headphones, then check again.');
    default:
      return untried('Can you hear the others?',
        'Play the test sound to find out.');
  }
}

function judgeServer({ error, carrier, roundTripMs }: ServerFacts): Finding {
  if (error !== undefined) return { verdict: 'bad', ...explainServer(error) };
  const took = roundTripMs === undefined ? ''
    : ` It answers within ${Math.round(roundTripMs)} ms.`;
  if (carrier === 'polling') {
    return finding('weak', 'Your network blocks WebSockets',
      'Calls work, but react more slowly. Ask the person who runs your ' +
      `network to let WebSockets to this server through.${took}`);
  }
  if ((roundTripMs ?? 0) > SLOW_ANSWER_MS) {
    return finding('weak', 'The server answers slowly',
      `Answers take ${Math.round(roundTripMs!)} ms. Stop large downloads, ` +
      'and switch off a VPN if you can.');
  }
  return finding('good', 'The server can be reached',
    `A WebSocket connects.${took}`);
}

function judgePath({ error, reach, port, used }: PathFacts): Finding {
  if (error !== undefined) return judgeUntriedPath(error);
  const where = port ? `port ${port} of this server` : 'this server';
  if (used === undefined) {
    return finding('bad', 'No sound or picture gets through', [
      `Your network lets neither UDP nor TCP through to ${where}.`,
      reach.relay === 'closed' && 'The relay cannot be reached either.',
      'Switch off a VPN, or try another network, such as that of a phone.',
      'If others cannot join either, tell the person who runs the server.',
    ].filter(Boolean).join(' '));
  }
  if (used === 'relay') {
    return finding('weak', 'Only the relay gets through',
      `Your network blocks UDP and TCP to ${where}. The call goes by a TURN ` +
      'relay, which delays it a little. Ask the person who runs your network ' +
      'to open that port.');
  }
  if (used === 'tcp') {
    return finding('weak', 'Your network blocks UDP',
      'The call goes over TCP and may stutter. Ask the person who runs your ' +
      `network to let out UDP to ${where}, or use another network.`);
  }
  return finding('good', 'UDP gets through',
    ['The best way for sound and pictures.', reach.tcp === 'open' &&
      'TCP does as well, should UDP fail.'].filter(Boolean).join(' '));
}

function judgeUntriedPath(error: unknown): Finding {
  const refused = error instanceof ServerError;
  if (refused && error.reason === 'token-wrong-room') {
    return untried('The network path was not tried',
      'Your invitation is for one room only, and the check needs another. ' +
      'Join: the call tells if no sound or picture gets through.');
  }
  const { title } = explainServer(error);
  return untried('The network path was not tried', refused
    ? `The server opens no room for the check: ${lowered(title)}.`
    : 'That needs a connection to the server.');
}

function lowered(title: string): string {
  return title.charAt(0).toLowerCase() + title.slice(1);
}

function judgeFlow({ error, used, flow }: PathFacts): Finding {
  if (error !== undefined || used === undefined) {
    return untried('The quality of the path was not measured',
      'That needs a path that is open.');
  }
  if (!flow) {
    return finding('bad', 'No picture came back from the server',
      'The path opens, but a test picture did not make it there and back. ' +
      'Check again; if that fails, use another network.');
  }
  const advice = [...troublesOf(flow)];
  const figures = flowWords(flow);
  if (advice.length === 0) {
    return finding('good', 'Your connection is good', figures);
  }
  const verdict = qualityOf(flow) <= 1 ||
    Math.min(flow.upBitrate, flow.downBitrate) < VOICE_BITRATE ? 'bad' : 'weak';
  return finding(verdict, verdict === 'bad' ? 'Your connection is poor'
    : 'Your connection is weak', `${figures} ${advice.join(' ')}`);
}

function qualityOf({ lossUp, lossDown, jitterMs, roundTripMs }: FlowFacts) {
  return rateLink({
    loss: Math.max(lossUp, lossDown),
    jitter: jitterMs / 1000,
    roundTrip: roundTripMs === undefined ? undefined : roundTripMs / 1000,
  });
}

/** Advice for each figure that is not good. */
function* troublesOf(flow: FlowFacts): Generator<string> {
  const fine = {
    lossUp: 0, lossDown: 0, jitterMs: 0, roundTripMs: 0,
    upBitrate: flow.upBitrate, downBitrate: flow.downBitrate,
  };
  const bad = (part: Partial<FlowFacts>) =>
    qualityOf({ ...fine, ...part }) <= 2;
  if (bad({ lossUp: flow.lossUp, lossDown: flow.lossDown }) ||
      bad({ jitterMs: flow.jitterMs })) {
    yield 'Go nearer to the Wi-Fi, or use a cable.';
  }
  if (bad({ roundTripMs: flow.roundTripMs })) {
    yield 'The way is long: switch off a VPN if you can.';
  }
  const least = Math.min(flow.upBitrate, flow.downBitrate);
  if (least < VOICE_BITRATE) {
    yield 'It is too slow for pictures: join with the camera off.';
  } else if (least < PICTURE_BITRATE) {
    yield 'Pictures will be small. Stop downloads and other calls.';
  }
}

/** The figures of a path in one sentence. */
export function flowWords(flow: FlowFacts): string {
  const { roundTripMs, lossUp, lossDown, upBitrate, downBitrate } = flow;
  return [
    ...roundTripMs === undefined ? []
      : [`round trip ${Math.max(1, Math.round(roundTripMs))} ms`],
    lossWords(lossUp, lossDown),
    `at least ${rateWords(upBitrate)} out and ${rateWords(downBitrate)} in`,
  ].join(', ').replace(/^./, (letter) => letter.toUpperCase()) + '.';
}
