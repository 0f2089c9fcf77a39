/**
 * Follows only the "MediaSoup Client Flow Overview" (Socket.IO). The document
 * names no room and no ids of transports, and has no push for a new producer,
 * so this page asks for the next one repeatedly.
 */

import { Device } from 'mediasoup-client';
import { io } from 'socket.io-client';
import { addTile, openCamera, settings, sleep } from './page';

const { server, transports } = settings;
const socket = io(server, transports && { transports });
const device = new Device();

/** Emits what the document says the client sends, which may be nothing. */
function ask(event: string, ...data: object[]): Promise<any> {
  return new Promise((resolve, reject) => {
    socket.emit(event, ...data, (response: any) => {
      if (response.error) reject(new Error(response.error));
      else resolve(response);
    });
  });
}

async function send() {
  const { id, iceParameters, iceCandidates, dtlsParameters } =
    await ask('createWebRtcTransport', { direction: 'send' });
  const transport = device.createSendTransport({
    id, iceParameters, iceCandidates, dtlsParameters,
  });
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    ask('connectTransport', { dtlsParameters }).then(callback, errback);
  });
  transport.on('produce', ({ kind, rtpParameters }, callback, errback) => {
    ask('produce', { kind, rtpParameters })
      .then(({ producerId }) => callback({ id: producerId }), errback);
  });
  for (const track of (await openCamera()).getTracks()) {
    await transport.produce({ track });
  }
}

async function receive() {
  const { id, iceParameters, iceCandidates, dtlsParameters } =
    await ask('create-consumer-transport');
  const transport = device.createRecvTransport({
    id, iceParameters, iceCandidates, dtlsParameters,
  });
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    ask('connect-consumer-transport', { dtlsParameters })
      .then(callback, errback);
  });
  for (;;) {
    try {
      const { rtpCapabilities } = device;
      const { producerId, id, kind, rtpParameters } =
        await ask('consume-media', { rtpCapabilities });
      const consumer = await transport.consume({
        id, producerId, kind, rtpParameters,
      });
      addTile(consumer.id, consumer.track);
      socket.emit('unpauseConsumer');
    } catch {
      await sleep(500);
    }
  }
}

socket.on('connect', async () => {
  const routerRtpCapabilities = await ask('getRouterRtpCapabilities');
  await device.load({ routerRtpCapabilities });
  await send();
  await receive();
});
