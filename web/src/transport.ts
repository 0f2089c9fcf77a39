/** Opens a WebRTC transport on the server and joins it to a local one. */

import type { types } from 'mediasoup-client';
import type { Requester } from './signaling';

/** A path that is gone is looked for again this often. */
const SEARCH_EVERY_MS = 3000;

interface TransportAnswer {
  params: types.TransportOptions;
}

/** @param adjust changes what the server offers, such as its candidates */
export async function openTransport(
  signaling: Requester,
  device: types.Device,
  roomId: string,
  direction: 'send' | 'recv',
  adjust: (offer: types.TransportOptions) => types.TransportOptions =
  (offer) => offer,
): Promise<types.Transport> {
  const { params } = await signaling.request<TransportAnswer>(
    'create-webrtc-transport', { roomId, direction, enableSctp: true });
  const options = {
    // With the server's TURN servers, if it has any.
    ...adjust(params),
    // Whether the server gave it data channels, for who wants to know.
    appData: { data: params.sctpParameters !== undefined },
  };
  const transport = direction === 'send'
    ? device.createSendTransport(options)
    : device.createRecvTransport(options);
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
  transport.on('producedata', (data, done, failed) => {
    const { sctpStreamParameters, label, protocol, appData } = data;
    signaling
      .request<{ id: string }>('produce-data', {
        transportId, sctpStreamParameters, label, protocol, appData,
      })
      .then(({ id }) => done({ id }), failed);
  });
  keepConnected(signaling, transport);
  return transport;
}

/** Looks for another path, again and again, whenever the path is lost. */
function keepConnected(signaling: Requester, transport: types.Transport): void {
  let searching: number | undefined;
  const search = () => {
    restartIce(signaling, transport).catch((error: unknown) =>
      console.info('The path is not restored yet', error));
  };
  const settle = () => {
    window.clearInterval(searching);
    searching = undefined;
  };
  transport.observer.on('close', settle);
  transport.on('connectionstatechange', (state) => {
    if (state === 'connected' || state === 'closed') settle();
    if (state !== 'disconnected' && state !== 'failed') return;
    if (searching !== undefined) return;
    searching = window.setInterval(search, SEARCH_EVERY_MS);
    search();
  });
}

/** Finds a new network path; throws if the server knows no such transport. */
export async function restartIce(
  signaling: Requester,
  transport: types.Transport,
): Promise<void> {
  const { iceParameters, iceServers } = await signaling.request<{
    iceParameters: types.IceParameters;
    iceServers?: RTCIceServer[];
  }>('restart-ice', { transportId: transport.id });
  if (transport.closed) return;
  if (iceServers) await renewServers(transport, iceServers);
  await transport.restartIce({ iceParameters });
}

/** Takes fresh credentials of TURN servers, unless the browser cannot. */
async function renewServers(
  transport: types.Transport,
  iceServers: RTCIceServer[],
): Promise<void> {
  try {
    await transport.updateIceServers({ iceServers });
  } catch (error) {
    // Firefox keeps those that it began with.
    console.info('The TURN credentials remain', error);
  }
}
