/** Opens a WebRTC transport on the server and joins it to a local one. */

import type { types } from 'mediasoup-client';
import type { Requester } from './signaling';

interface TransportAnswer {
  params: types.TransportOptions;
}

export async function openTransport(
  signaling: Requester,
  device: types.Device,
  roomId: string,
  direction: 'send' | 'recv',
): Promise<types.Transport> {
  const { params } = await signaling.request<TransportAnswer>(
    'create-webrtc-transport', { roomId, direction });
  const transport = direction === 'send'
    ? device.createSendTransport(params)
    : device.createRecvTransport(params);
  const transportId = transport.id;

  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    signaling
      .request('connect-transport', { roomId, transportId, dtlsParameters })
      .then(done, failed);
  });
  transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
    signaling
      .request<{ id: string }>('produce', {
        roomId, transportId, kind, rtpParameters, appData,
      })
      .then(({ id }) => done({ id }), failed);
  });
  transport.on('connectionstatechange', (state) => {
    if (state !== 'disconnected' && state !== 'failed') return;
    void restart(signaling, transport);
  });
  return transport;
}

/** Finds a new network path. A failure shows as a lasting loss of media. */
async function restart(
  signaling: Requester,
  transport: types.Transport,
): Promise<void> {
  try {
    const { iceParameters } = await signaling.request<{
      iceParameters: types.IceParameters;
    }>('restart-ice', { transportId: transport.id });
    if (!transport.closed) await transport.restartIce({ iceParameters });
  } catch (error) {
    console.warn('ICE restart failed', error);
  }
}
