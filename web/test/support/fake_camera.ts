/** Cameras and microphones for tests, in place of the browser's. */

export class FakeTrack extends EventTarget {
  enabled = true;
  readyState = 'live';
  /** A browser that cannot change a running track. */
  rigid = false;

  constructor(
    readonly kind: string,
    readonly deviceId: string,
    public height: number | undefined,
    public noiseSuppression: boolean | undefined,
  ) {
    super();
  }

  getSettings() {
    const { deviceId, height, noiseSuppression } = this;
    return { deviceId, height, noiseSuppression };
  }

  async applyConstraints(wanted: MediaTrackConstraints): Promise<void> {
    if (this.rigid) throw new DOMException('rigid', 'OverconstrainedError');
    const { height, noiseSuppression } = read(wanted);
    this.height = height;
    this.noiseSuppression = noiseSuppression;
  }

  stop(): void {
    this.readyState = 'ended';
  }
}

export interface FakeDevices {
  /** All tracks in the order in which they were opened. */
  opened: FakeTrack[];
  missing: boolean;
  rigid: boolean;
}

/** Puts cameras and microphones into this process's `navigator`. */
export function plugCamera(): FakeDevices {
  const devices: FakeDevices = { opened: [], missing: false, rigid: false };
  const open = (kind: string, wanted: MediaTrackConstraints) => {
    if (devices.missing) throw new Error('NotFound');
    const { deviceId, height, noiseSuppression } = read(wanted);
    // Browsers give each device one way of processing at a time.
    const inUse = devices.opened.find((one) =>
      one.kind === kind && one.rigid && one.readyState === 'live');
    if (inUse) {
      devices.opened.push(inUse);
      return inUse;
    }
    const track = new FakeTrack(kind, deviceId, height, noiseSuppression);
    track.rigid = devices.rigid;
    devices.opened.push(track);
    return track;
  };
  const getUserMedia = async (asked: MediaStreamConstraints) => {
    const tracks = (['audio', 'video'] as const)
      .filter((kind) => asked[kind])
      .map((kind) => open(kind, asked[kind] as MediaTrackConstraints));
    const of = (kind: string) => tracks.filter((one) => one.kind === kind);
    return {
      getTracks: () => tracks,
      getAudioTracks: () => of('audio'), getVideoTracks: () => of('video'),
    };
  };
  Object.defineProperty(globalThis, 'navigator',
    { value: { mediaDevices: { getUserMedia } }, configurable: true });
  return devices;
}

function read(wanted: MediaTrackConstraints) {
  const id = wanted.deviceId as { exact: string } | undefined;
  const height = wanted.height as { ideal: number } | undefined;
  return {
    deviceId: id?.exact ?? 'default',
    height: height?.ideal,
    noiseSuppression: wanted.noiseSuppression as boolean | undefined,
  };
}
