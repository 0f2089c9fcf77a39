import assert from 'node:assert/strict';
import test from 'node:test';
import { sendUpTo } from '../src/wanted_layers';

/** An RTCRtpSender of three layers, as far as it matters here. */
class FakeSender {
  encodings: RTCRtpEncodingParameters[] = [
    { rid: 'r0' }, { rid: 'r1', active: true }, { rid: 'r2', active: true },
  ];
  calls = 0;

  getParameters(): RTCRtpSendParameters {
    const encodings = this.encodings.map((encoding) => ({ ...encoding }));
    return { encodings } as RTCRtpSendParameters;
  }

  async setParameters({ encodings }: RTCRtpSendParameters): Promise<void> {
    this.calls++;
    this.encodings = encodings;
  }

  active(): boolean[] {
    return this.encodings.map(({ active }) => active ?? true);
  }
}

test('layers above the highest requested one are switched off', async () => {
  const sender = new FakeSender();
  await sendUpTo(sender, 1);
  assert.deepEqual(sender.active(), [true, true, false]);
  assert.deepEqual(sender.encodings.map(({ rid }) => rid), ['r0', 'r1', 'r2']);
  await sendUpTo(sender, 2);
  assert.deepEqual(sender.active(), [true, true, true]);
});

test('the lowest layer stays on if no layer is requested', async () => {
  const sender = new FakeSender();
  await sendUpTo(sender, undefined);
  assert.deepEqual(sender.active(), [true, false, false]);
  await sendUpTo(sender, 0);
  assert.equal(sender.calls, 1);
});

test('a repeated request changes nothing', async () => {
  const sender = new FakeSender();
  await sendUpTo(sender, 2);
  await sendUpTo(sender, 7);
  assert.equal(sender.calls, 0);
});
