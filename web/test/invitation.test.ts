import assert from 'node:assert/strict';
import test from 'node:test';
import { FRAME_ALLOW } from '../embed/src/protocol';
import {
  framingSites, frameSnippet, mailLink, qrCode,
} from '../src/invitation';

const LINK = 'https://meet.example/?room=caf%C3%A9';

test('a mail has a subject and a plain body with the link', () => {
  const mail = new URL(mailLink('café & bar', LINK));
  assert.equal(mail.protocol, 'mailto:');
  assert.equal(mail.pathname, '');
  assert.equal(mail.searchParams.get('subject'), 'Video call: café & bar');
  const body = mail.searchParams.get('body') ?? '';
  assert.ok(body.split('\r\n').includes(LINK));
  // A plus would stay one: this is no form.
  assert.ok(!mail.href.includes('+'));
});

test('the frame passes on the devices and stays one attribute', () => {
  const html = frameSnippet('https://meet.example/?room=a"b&codec=vp9');
  assert.ok(html.includes(
    'src="https://meet.example/?room=a&quot;b&amp;codec=vp9"'));
  assert.ok(html.includes(`allow="${FRAME_ALLOW}"`));
  for (const device of ['camera', 'microphone', 'display-capture',
    'autoplay', 'fullscreen', 'picture-in-picture']) {
    assert.ok(FRAME_ALLOW.split('; ').includes(device), device);
  }
});

test('a QR code has its finder patterns inside a quiet zone', () => {
  const { size, path } = qrCode(LINK);
  assert.equal((size - 8 - 17) % 4, 0);
  const [first = ''] = path.split('M').filter(Boolean);
  assert.equal(first, '4 4h7v1h-7z');
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    assert.ok(Number(x) >= 4 && Number(x) + Number(length) <= size - 4);
    assert.ok(Number(y) >= 4 && Number(y) < size - 4);
  }
});

test('a text that no code can hold is an error', () => {
  assert.throws(() => qrCode('x'.repeat(5000)));
});

test('the sites that may show the call are read from the policy', () => {
  assert.deepEqual(framingSites("frame-ancestors 'self'"), []);
  assert.deepEqual(framingSites("frame-ancestors 'none'"), []);
  assert.deepEqual(framingSites("default-src 'self'; Frame-Ancestors 'self' " +
    'https://a.example https://*.b.example:8443'),
  ['https://a.example', 'https://*.b.example:8443']);
  assert.deepEqual(framingSites('frame-ancestors *'), ['*']);
  assert.equal(framingSites("default-src 'self'"), undefined);
  assert.equal(framingSites(null), undefined);
});
