/**
 * Follows the first two servers of the "MediaSoup" notes (Socket.IO), which
 * answer by event: `join` (or, with reading "joinRoom", `joinRoom`) without an
 * acknowledgement gets `transportInfo`, `produce` gets `producerId`, `consume`
 * gets `consume`. What those leave open (capabilities, connecting, a transport
 * to receive with) is taken from the notes' other samples.
 */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { io } from 'socket.io-client';
import { addTile, openCamera, settings } from './page';

const { server, room: roomId, user: userId, transports, reading } = settings;
const socket = io(server, transports && { transports });
const device = new Device();
let receiving!: (transport: types.Transport) => void;
const recvTransport = new Promise<types.Transport>((done) => {
  receiving = done;
});

function call(event: string, data: object): Promise<any> {
  return new Promise((resolve) => { socket.emit(event, data, resolve); });
}

function connectBy(event: string, transport: types.Transport) {
  const transportId = transport.id;
  transport.on('connect', ({ dtlsParameters }, callback) => {
    void call(event, { transportId, dtlsParameters }).then(() => callback());
  });
}

socket.on('transportInfo', async ({ transportOptions }) => {
  const routerRtpCapabilities = await call('getRouterRtpCapabilities', {});
  await device.load({ routerRtpCapabilities });

  const sending = device.createSendTransport(transportOptions);
  connectBy('connectTransport', sending);
  sending.on('produce', ({ kind, rtpParameters }, callback) => {
    socket.once('producerId', (id: string) => callback({ id }));
    socket.emit('produce', { kind, rtpParameters });
  });

  const params = await call('createConsumerTransport', {});
  const transport = device.createRecvTransport(params);
  connectBy('connectConsumerTransport', transport);
  receiving(transport);

  for (const track of (await openCamera()).getTracks()) {
    await sending.produce({ track });
  }
});

async function consume(producerId: string) {
  await recvTransport;
  const { rtpCapabilities } = device;
  socket.emit('consume', { producerId, rtpCapabilities });
}

if (reading === 'joinRoom') {
  socket.on('newProducer', ({ producerId }) => consume(producerId));
} else {
  socket.on('newRemoteProducer', consume);
}

socket.on('consume', async (data) => {
  const { consumerId, producerId, kind, rtpParameters } = data;
  const consumer = await (await recvTransport).consume({
    id: consumerId, producerId, kind, rtpParameters,
  });
  addTile(consumer.id, consumer.track);
});

socket.on('userLeft', (id) => { document.title = `${id} has left`; });

socket.on('connect', () => {
  if (reading === 'joinRoom') socket.emit('joinRoom', roomId);
  else socket.emit('join', roomId, userId);
});
