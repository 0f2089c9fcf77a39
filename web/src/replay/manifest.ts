/** Reads the manifest of a recording. Pure. */

/** From and to, in milliseconds of the recording. */
export type Span = readonly [number, number];

/** One file: a camera with its voice, or a screen with its sound. */
export interface Part {
  file: string;
  peerId: string;
  source: 'camera' | 'screen';
  hasSound: boolean;
  hasPicture: boolean;
  /** When the file's time 0 is, and its end, in ms of the recording. */
  fromMs: number;
  toMs: number;
  /** Nothing was sent: switched off, or lost. */
  blanks: Span[];
  /** The server's disk was too slow for all of it. */
  degraded: boolean;
}

/** Somebody who was there, whether they were recorded or not. */
export interface Member {
  peerId: string;
  name: string;
  fromMs: number;
  toMs: number;
}

/** From when on somebody, or nobody, had the floor. */
export interface Turn {
  atMs: number;
  peerId: string;
}

export interface Replay {
  title: string;
  room: string;
  byName: string;
  /** Milliseconds since 1970; NaN if it is not known. */
  startedAtMs: number;
  durationMs: number;
  state: string;
  parts: Part[];
  members: Member[];
  turns: Turn[];
}

/** More of these than any server writes would stop the page. */
const MOST = 10_000;
/** A name without a path: files stand beside their manifest. */
const FILE = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? value as Fields : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function time(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value)
    ? Math.max(0, value) : 0;
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.slice(0, MOST).map(fields) : [];
}

function spans(value: unknown): Span[] {
  return (Array.isArray(value) ? value.slice(0, MOST) : [])
    .filter(Array.isArray)
    .map(([from, to]): Span => [time(from), time(to)])
    .filter(([from, to]) => from < to);
}

function part(one: Fields): Part {
  const fromMs = time(one['startOffsetMs']);
  return {
    file: text(one['file']),
    peerId: text(one['peerId']),
    source: one['source'] === 'screen' ? 'screen' : 'camera',
    hasSound: text(one['audio']) !== '',
    hasPicture: text(one['video']) !== '',
    fromMs,
    toMs: fromMs + time(one['durationMs']),
    blanks: [...spans(one['pauses']), ...spans(one['gaps'])],
    degraded: one['degraded'] === true,
  };
}

function member(one: Fields): Member {
  const { leftMs } = one;
  return {
    peerId: text(one['peerId']),
    name: text(one['displayName']) || 'Someone',
    fromMs: time(one['joinedMs']),
    toMs: typeof leftMs === 'number' ? leftMs : Infinity,
  };
}

/** Undefined if this is no manifest that this page knows how to play. */
export function readManifest(json: unknown): Replay | undefined {
  const all = fields(json);
  if (all['version'] !== 1 || !Array.isArray(all['parts'])) return undefined;
  const parts = list(all['parts']).map(part).filter((one) =>
    FILE.test(one.file) && one.toMs > one.fromMs)
    .sort((one, other) => one.fromMs - other.fromMs);
  return {
    title: text(all['title']),
    room: text(all['room']),
    byName: text(fields(all['by'])['displayName']),
    startedAtMs: Date.parse(text(all['startedAt'])),
    durationMs: parts.reduce((most, { toMs }) => Math.max(most, toMs),
      time(all['durationMs'])),
    state: text(all['state']),
    parts,
    members: list(all['members']).map(member),
    turns: list(all['timeline']).filter(({ what }) => what === 'speaker')
      .map((one) => ({ atMs: time(one['atMs']), peerId: text(one['peerId']) }))
      .sort((one, other) => one.atMs - other.atMs),
  };
}
