/**
 * Follows "How to Connect a Mediasoup Frontend Client to the SFU Backend"
 * (plain WebSocket), and nothing else. The document has no word for a new
 * producer, so this page asks to consume again and again.
 */

import { Device } from 'mediasoup-client';
import { addTile, openCamera, settings, sleep, socketServer } from './page';

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

async function send() {
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
  for (const track of (await openCamera()).getTracks()) {
    await transport.produce({ track });
  }
}

async function receive() {
  const params = await ask('create-transport', 'transport-params');
  const transport = device.createRecvTransport(params);
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    ask('connect-transport', 'transport-connected', { dtlsParameters })
      .then(callback, errback);
  });
  for (;;) {
    try {
      const { rtpCapabilities } = device;
      const consumer = await transport.consume(
        await ask('consume', 'consumer-params', { rtpCapabilities }));
      addTile(consumer.id, consumer.track);
    } catch {
      await sleep(500);
    }
  }
}

ws.onopen = async () => {
  await device.load({
    routerRtpCapabilities:
      await ask('get-rtp-capabilities', 'rtp-capabilities'),
  });
  await send();
  await receive();
};
