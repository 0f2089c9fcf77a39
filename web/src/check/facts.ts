/** What the check before a call has measured. */

export interface CameraFacts {
  /** Why it could not be opened. */
  error?: unknown;
  /** Frames that came while it was looked at. */
  frames: number;
  width: number;
  height: number;
  framesPerSecond: number;
  /** The brightest spot of all frames, 0 to 255. */
  brightest: number;
}

export interface MicFacts {
  /** Why it could not be opened. */
  error?: unknown;
  /** False where the browser did not measure any sound. */
  measured: boolean;
  /** The system or a switch of the device has silenced it. */
  muted: boolean;
  /** The loudest level, linear, 0 to 1; 0 if every sample was zero. */
  peak: number;
  /** It was as loud as speech for as long as a word takes. */
  spoke: boolean;
}

/** What the person says of the test sound. */
export type SpeakerAnswer = 'heard' | 'silent' | 'failed';

export interface ServerFacts {
  /** Why there is no connection for signaling. */
  error?: unknown;
  carrier: 'websocket' | 'polling';
  roundTripMs: number | undefined;
}

/** How media can reach the server. */
export type Way = 'udp' | 'tcp' | 'relay';

/** "absent": the server does not offer it. */
export type Reach = 'open' | 'closed' | 'absent';

/** What a test stream to the server and back has shown. */
export interface FlowFacts {
  roundTripMs: number | undefined;
  jitterMs: number;
  /** Shares of packets that were lost on their way, 0 to 1. */
  lossUp: number;
  lossDown: number;
  /** Bits per second that passed, no more than were tried. */
  upBitrate: number;
  downBitrate: number;
}

export interface PathFacts {
  /** Why no path was tried. */
  error?: unknown;
  reach: Record<Way, Reach>;
  /** The server's port for media; 0 if unknown. */
  port: number;
  used: Way | undefined;
  /** Undefined if no picture came back. */
  flow: FlowFacts | undefined;
}

/** Undefined where something was not looked at, or not yet. */
export interface CheckFacts {
  camera?: CameraFacts;
  mic?: MicFacts;
  speaker?: SpeakerAnswer;
  server?: ServerFacts;
  path?: PathFacts;
}
