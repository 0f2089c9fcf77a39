/** Pages that publish by WHIP or watch by WHEP, without a library. */

import { waitFor } from './wait.mjs';

/** Opens a page of the server that can make a picture, of this size, and a tone. */
export async function openStudio(stage, browser, size = { width: 300, height: 150 }) {
  const page = await stage.browsers[browser].newWindow();
  await page.goto(`${stage.server.url}/healthz`);
  await page.evaluate((wanted) => {
    const canvas = Object.assign(document.createElement('canvas'), wanted);
    const context = canvas.getContext('2d');
    let turn = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${turn++ * 10} 100% 50%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }, 50);
    const sound = new AudioContext();
    const out = sound.createMediaStreamDestination();
    const tone = sound.createOscillator();
    tone.connect(out);
    tone.start();
    window.media = new MediaStream([
      ...canvas.captureStream(20).getTracks(), ...out.stream.getTracks(),
    ]);
  }, size);
  return page;
}

/** Publishes by a plain RTCPeerConnection, without trickle; pictures in these encodings. */
export function publishInPage(page, url, encodings = []) {
  return page.evaluate(async ({ endpoint, sendEncodings }) => {
    const connection = new RTCPeerConnection();
    for (const track of window.media.getTracks()) {
      connection.addTransceiver(track, {
        direction: 'sendonly', ...(track.kind === 'video' && { sendEncodings }),
      });
    }
    await connection.setLocalDescription();
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: connection.localDescription.sdp,
    });
    window.session = answer.headers.get('Location');
    const sdp = await answer.text();
    if (answer.status !== 201) throw new Error(sdp);
    await connection.setRemoteDescription({ type: 'answer', sdp });
    window.connection = connection;
    return window.session;
  }, { endpoint: url, sendEncodings: encodings });
}

/** Opens a page of the server that can watch. */
export async function openScreen(stage, browser) {
  const page = await stage.browsers[browser].newWindow();
  await page.goto(`${stage.server.url}/healthz`);
  await page.evaluate(() => {
    window.show = (connection) => {
      window.connection = connection;
      const video = document.createElement('video');
      video.muted = true;
      video.autoplay = true;
      video.srcObject = new MediaStream();
      connection.addEventListener('track', ({ track }) => video.srcObject.addTrack(track));
      document.body.append(video);
    };
    window.inbound = async () => [...(await window.connection.getStats()).values()]
      .filter(({ type }) => type === 'inbound-rtp')
      .map(({ kind, ssrc, packetsReceived: packets, framesDecoded: frames }) =>
        ({ kind, ssrc, packets, frames }));
  });
  return page;
}

/** Watches by a plain RTCPeerConnection, without trickle. */
export function watchInPage(page, url) {
  return page.evaluate(async (endpoint) => {
    const connection = new RTCPeerConnection();
    for (const kind of ['audio', 'video']) {
      connection.addTransceiver(kind, { direction: 'recvonly' });
    }
    window.show(connection);
    await connection.setLocalDescription();
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: connection.localDescription.sdp,
    });
    const sdp = await answer.text();
    if (answer.status === 201) await connection.setRemoteDescription({ type: 'answer', sdp });
    else connection.close();
    return { status: answer.status, path: answer.headers.get('Location'), sdp };
  }, url);
}

/** Waits until more of that kind was received than `before`; returns how much was. */
export async function plays(page, kind, before = 0) {
  const unit = kind === 'audio' ? 'packets' : 'frames';
  let last = 0;
  await waitFor(`${kind} at the viewer`, async () => {
    const inbound = await page.evaluate(() => window.inbound());
    last = inbound.filter((stream) => stream.kind === kind)
      .reduce((sum, stream) => sum + (stream[unit] ?? 0), 0);
    return last > before + 20;
  });
  return last;
}
