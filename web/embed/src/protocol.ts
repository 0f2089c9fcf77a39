/**
 * The messages between a page and the frame with the call in it, which both
 * ends share. Pure. docs/embed.md describes them.
 */

/** The version of the messages; other versions are refused. */
export const VERSION = 1 as const;

/** What a site passes on to the frame of a call: its attribute `allow`. */
export const FRAME_ALLOW: string = 'camera; microphone; display-capture; ' +
  'autoplay; fullscreen; picture-in-picture; clipboard-write';

/** The most requests that wait for an answer at a time. */
export const MAX_PENDING: number = 32;
/** The most characters of a name, a token and a line of chat. */
export const MAX_NAME: number = 40;
export const MAX_TOKEN: number = 8192;
export const MAX_CHAT: number = 4000;

export type Layout = 'grid' | 'speaker' | 'sidebar';

/** Which parts of the page the frame shows. */
export interface UiOptions {
  /** The line with room and buttons above the pictures; shown by default. */
  header?: boolean;
  /** The row of buttons below the pictures; shown by default. */
  toolbar?: boolean;
  /** The colours; by default those of the person's system. */
  theme?: 'dark' | 'light';
}

/** What a site says of the person when the frame has loaded. */
export interface ConnectParams {
  /** The name that others see. */
  name?: string;
  /** Who this is, if the server wants a token. */
  token?: string;
  muted?: boolean;
  cameraOff?: boolean;
  /** Join at once, without the page on which people check their devices. */
  skipLobby?: boolean;
  ui?: UiOptions;
}

/** The parameters of each method. */
export interface Methods {
  connect: ConnectParams;
  join: { name?: string };
  leave: Record<string, never>;
  setMicrophone: { on: boolean };
  setCamera: { on: boolean };
  toggleShare: Record<string, never>;
  setLayout: { layout: Layout };
  sendChat: { text: string };
  getPeople: Record<string, never>;
}

export type Method = keyof Methods;

/** A person in the call. */
export interface CallPerson {
  /** "self" for the person in this frame. */
  id: string;
  name: string;
  isSelf: boolean;
  isHost: boolean;
  muted: boolean;
  cameraOff: boolean;
  sharing: boolean;
}

/**
 * Why a call is over for this person: they or the site left, a host removed
 * them, the room was ended, or the connection was lost or refused.
 */
export type LeftReason = 'left' | 'removed' | 'ended' | 'lost';

/** What happens, and what is told of it. */
export interface CallEvents {
  /** The frame has loaded and takes requests. */
  ready: Record<string, never>;
  joined: { room: string; name: string };
  left: { reason: LeftReason; message: string };
  'person-joined': CallPerson;
  'person-changed': CallPerson;
  'person-left': CallPerson;
  'microphone-changed': { on: boolean };
  'camera-changed': { on: boolean };
  'share-changed': { on: boolean };
  /** Somebody has the floor. */
  speaker: { id: string };
  chat: { id: string; name: string; text: string };
  /** Something failed that no request asked for. */
  error: { code: ErrorCode; message: string };
}

export type EventName = keyof CallEvents;

export type ErrorCode =
  /** The message has another version than this end speaks. */
  | 'version'
  | 'unknown-method'
  | 'invalid-params'
  /** `connect` has to come first. */
  | 'not-connected'
  | 'not-in-call'
  /** Too many requests wait for their answers. */
  | 'busy'
  /** Camera, microphone or screen did not start. */
  | 'device'
  /** The server refuses the person, or cannot be reached. */
  | 'refused'
  /** The frame did not load or answer in time. */
  | 'timeout'
  /** The frame has loaded anew, or dispose() was called. */
  | 'closed'
  | 'failed';

const EVENTS: ReadonlySet<string> = new Set<EventName>(['ready', 'joined',
  'left', 'person-joined', 'person-changed', 'person-left',
  'microphone-changed', 'camera-changed', 'share-changed', 'speaker', 'chat',
  'error']);

/** A message that asks the frame for something. */
export interface Request<Name extends Method = Method> {
  troupe: typeof VERSION;
  id: number;
  method: Name;
  params: Methods[Name];
}

export interface Failure {
  code: ErrorCode;
  message: string;
}

/** A request that cannot be carried out, with what its sender is told. */
export interface Refusal {
  id: number;
  error: Failure;
}

/** What a frame sends: the answer to a request, or an event. */
export type FrameMessage =
  | { is: 'result'; id: number; result: unknown }
  | { is: 'failure'; id: number; error: Failure }
  | { is: 'event'; name: EventName; data: object };

type Fields = Record<string, unknown>;

function fieldsOf(data: unknown): Fields | undefined {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
    ? data as Fields : undefined;
}

function isId(id: unknown): id is number {
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0;
}

/** A text of a sender for an error, cut to what can be read. */
function nameOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_NAME) : typeof value;
}

type Check = (value: unknown) => string | undefined;

const flag: Check = (value) =>
  typeof value === 'boolean' ? undefined : 'is no boolean';

const text = (most: number): Check => (value) => {
  if (typeof value !== 'string') return 'is no string';
  return value.length > most ? `has more than ${most} characters` : undefined;
};

const oneOf = (...values: string[]): Check => (value) =>
  values.includes(value as string) ? undefined
    : `is none of ${values.join(', ')}`;

/** The members of an object; those named in `needed` must be there. */
const members = (known: Record<string, Check>, needed: string[] = []): Check =>
  (value) => {
    const fields = fieldsOf(value);
    if (!fields) return 'is no object';
    const missing = needed.find((name) => fields[name] === undefined);
    if (missing) return `lacks ${missing}`;
    for (const [name, member] of Object.entries(fields)) {
      if (!Object.hasOwn(known, name)) {
        return `has an unknown member ${nameOf(name)}`;
      }
      const fault = member === undefined ? undefined : known[name]!(member);
      if (fault) return `${name} ${fault}`;
    }
    return undefined;
  };

const nothing = members({});

const PARAMS: Record<Method, Check> = {
  connect: members({
    name: text(MAX_NAME), token: text(MAX_TOKEN), muted: flag,
    cameraOff: flag, skipLobby: flag,
    ui: members(
      { header: flag, toolbar: flag, theme: oneOf('dark', 'light') }),
  }),
  join: members({ name: text(MAX_NAME) }),
  leave: nothing,
  setMicrophone: members({ on: flag }, ['on']),
  setCamera: members({ on: flag }, ['on']),
  toggleShare: nothing,
  setLayout: members(
    { layout: oneOf('grid', 'speaker', 'sidebar') }, ['layout']),
  sendChat: members({ text: text(MAX_CHAT) }, ['text']),
  getPeople: nothing,
};

/**
 * Reads what came to the frame: a request, or why it is refused. Undefined of
 * anything that is no request of this protocol, which gets no answer.
 */
export function readRequest(data: unknown): Request | Refusal | undefined {
  const fields = fieldsOf(data);
  if (!fields || !isId(fields['id']) || fields['troupe'] === undefined) {
    return undefined;
  }
  const { troupe, id, method, params = {} } = fields as {
    troupe: unknown; id: number; method: unknown; params: unknown;
  };
  const refuse = (code: ErrorCode, message: string): Refusal =>
    ({ id, error: { code, message } });
  if (troupe !== VERSION) {
    return refuse('version', `This page speaks version ${VERSION}`);
  }
  if (typeof method !== 'string' || !Object.hasOwn(PARAMS, method)) {
    return refuse('unknown-method',
      `There is no method ${nameOf(method)}`);
  }
  const fault = PARAMS[method as Method](params);
  if (fault) return refuse('invalid-params', `${method}: params ${fault}`);
  return { troupe, id, method: method as Method, params: fieldsOf(params)! };
}

/** Reads what a frame sent; undefined unless it is of this protocol. */
export function readFrameMessage(data: unknown): FrameMessage | undefined {
  const fields = fieldsOf(data);
  if (!fields || fields['troupe'] !== VERSION) return undefined;
  const { id, event, result } = fields;
  if (typeof event === 'string' && EVENTS.has(event)) {
    const told = fieldsOf(fields['data']);
    return told && { is: 'event', name: event as EventName, data: told };
  }
  if (!isId(id)) return undefined;
  const error = fieldsOf(fields['error']);
  if (!error) return { is: 'result', id, result };
  const { code, message } = error;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  return { is: 'failure', id, error: { code: code as ErrorCode, message } };
}
