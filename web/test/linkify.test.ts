import assert from 'node:assert/strict';
import test from 'node:test';
import { linkParts } from '../src/linkify';

/** The links of a text, as they are shown. */
const links = (text: string) => linkParts(text)
  .filter(({ href }) => href !== undefined).map((part) => part.text);

const href = (text: string) => linkParts(text)
  .find((part) => part.href !== undefined)?.href;

test('the parts together are the text', () => {
  for (const text of ['', 'no link', 'https://a.example', 'see www.a.example.',
    'a https://a.example/x, b (http://b.example) c mailto:d@e.example!']) {
    assert.equal(linkParts(text).map((part) => part.text).join(''), text);
  }
});

test('http, https, mailto and www begin a link', () => {
  assert.deepEqual(
    links('http://a.example HTTPS://b.example/x?y=1#z mailto:me@c.example ' +
      'www.d.example/e'),
    ['http://a.example', 'HTTPS://b.example/x?y=1#z', 'mailto:me@c.example',
      'www.d.example/e']);
  assert.equal(href('www.d.example/e'), 'https://www.d.example/e');
  assert.equal(href('mailto:me@c.example'), 'mailto:me@c.example');
});

test('no other scheme is a link', () => {
  for (const text of ['javascript:alert(1)', 'JavaScript:alert(1)',
    'javascript://https.example/%0aalert(1)', 'data:text/html,<b>x</b>',
    'file:///etc/passwd', 'vbscript:x', 'blob:https://a.example/1',
    'javascript:https://a.example/', 'java\nscript:alert(1)',
    'tel:112', 'xhttps://a.example', 'view-source:https://a.example']) {
    assert.deepEqual(links(text), [], text);
  }
});

test('punctuation after a link is not part of it', () => {
  for (const mark of ['.', ',', ';', ':', '!', '?', '...', '…', "'", '’', '”',
    '**', '?!', '.)', '),', ']']) {
    assert.deepEqual(links(`See https://a.example/x${mark}`),
      ['https://a.example/x'], mark);
  }
  assert.deepEqual(links('"https://a.example/x"'), ['https://a.example/x']);
  assert.deepEqual(links('<https://a.example/x>'), ['https://a.example/x']);
  assert.deepEqual(links('https://a.example/x/'), ['https://a.example/x/']);
});

test('brackets belong to a link that has opened them', () => {
  const entry = 'https://en.example/wiki/Stage_(theatre)';
  assert.deepEqual(links(entry), [entry]);
  assert.deepEqual(links(`(see ${entry})`), [entry]);
  assert.deepEqual(links(`(${entry}).`), [entry]);
  assert.deepEqual(links('[https://a.example/x[1]]'),
    ['https://a.example/x[1]']);
});

test('international names are shown as they stand', () => {
  assert.deepEqual(linkParts('https://bücher.example/straße'), [{
    text: 'https://bücher.example/straße',
    href: 'https://xn--bcher-kva.example/stra%C3%9Fe',
  }]);
  assert.deepEqual(linkParts('https://xn--bcher-kva.example/'), [{
    text: 'https://xn--bcher-kva.example/',
    href: 'https://xn--bcher-kva.example/',
  }]);
});

test('what is no address stays text', () => {
  for (const text of ['https://', 'http://.', 'www.', 'www.a', 'mailto:',
    'mailto:nobody', 'https://[x', 'https://bank.example@evil.example/',
    'https://me:secret@a.example/']) {
    assert.deepEqual(links(text), [], text);
  }
});

test('markup stays text, in and beside a link', () => {
  assert.deepEqual(links('<a href="https://a.example">x</a>'),
    ['https://a.example']);
  assert.deepEqual(links('https://a.example/"onclick="alert(1)'),
    ['https://a.example/']);
});

test('a long text takes little time', () => {
  const begin = performance.now();
  linkParts('https://a.example/'.repeat(4000));
  linkParts(`https://a.example/${'('.repeat(4000)}${')'.repeat(8000)}`);
  linkParts(`www.${'.'.repeat(4000)}`);
  assert.ok(performance.now() - begin < 2000);
});
