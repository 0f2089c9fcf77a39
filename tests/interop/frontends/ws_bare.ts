/**
 * Follows only "How to Connect a Mediasoup Frontend Client to the SFU Backend"
 * (plain WebSocket). The document has no push for a new producer, so this page
 * asks to consume repeatedly. It does not say which transport comes first, and
 * no message names one, so each reading has another order.
 */

import { Device, type types } from 'mediasoup-client';
import { addTile, openCamera, settings, sleep, socketServer } from './page';

type Transport = types.Transport;

const { room, user } = settings;
const ws = new WebSocket(
  `${socketServer}/socket?auth=${user}&channelId=${room}`);
const device = new Device();

function ask(type: string, reply: string, data?: object): Promise<any> {
  ws.send(JSON.stringify({ type, data }));
  return new Promise((resolve, reject) => {
    ws.addEventListener('message', function listen(event) {
      const message = JSON.parse(event.data);
      if (message.type !== reply && message.type !== 'error') return;
      ws.removeEventListener('message', listen);
      if (message.type === reply) resolve(message.data);
      else reject(new Error(message.data.message));
    });
  });
}

async function createSending() {
  const params = await ask('create-transport', 'transport-params');
  const transport = device.createSendTransport(params);
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    ask('connect-transport', 'transport-connected', { dtlsParameters })
      .then(callback, errback);
  });
  transport.on('produce', ({ kind, rtpParameters }, callback, errback) => {
    ask('produce', 'producer-id', { kind, rtpParameters })
      .then(callback, errback);
  });
  return transport;
}

async function createReceiving() {
  const params = await ask('create-transport', 'transport-params');
  const transport = device.createRecvTransport(params);
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    ask('connect-transport', 'transport-connected', { dtlsParameters })
      .then(callback, errback);
  });
  return transport;
}

async function send(transport: Promise<Transport>) {
  for (const track of (await openCamera()).getTracks()) {
    await (await transport).produce({ track });
  }
}

/** Plays all producers; creates the transport when there is a producer. */
async function playAll(transport: () => Promise<Transport>) {
  const { rtpCapabilities } = device;
  for (;;) {
    let offer;
    try {
      offer = await ask('consume', 'consumer-params', { rtpCapabilities });
    } catch {
      return; // nothing more
    }
    const consumer = await (await transport()).consume(offer);
    addTile(consumer.id, consumer.track);
  }
}

ws.onopen = async () => {
  await device.load({
    routerRtpCapabilities:
      await ask('get-rtp-capabilities', 'rtp-capabilities'),
  });
  let receiving: Promise<Transport> | undefined;
  const toReceive = () => receiving ??= createReceiving();
  const { reading } = settings;
  if (reading === 'receive-first') await toReceive();
  if (reading === 'watch-first') {
    await toReceive();
    await playAll(toReceive);
  }
  const sending = createSending();
  if (!reading) {
    await sending;
    await toReceive();
  }
  await send(sending);
  for (;;) {
    await playAll(toReceive);
    await sleep(500);
  }
};
