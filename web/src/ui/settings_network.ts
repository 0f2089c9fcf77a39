/** Settings: how much is sent and received. */

import { settings, type SettingValues } from '../settings';
import { el } from './dom';
import { SettingRows } from './setting_rows';
import type { OpenSection, SettingsSection } from './settings_section';

export const networkSection: SettingsSection = {
  id: 'network', title: 'Network', icon: 'pulse', open,
};

type NetworkValues = Pick<SettingValues,
  'sendLimit' | 'receiveLimit' | 'resolution'>;

/** For a phone on a weak signal, or a line that many share. */
export const POOR_NETWORK: Readonly<NetworkValues> =
  { sendLimit: 250, receiveLimit: 500, resolution: '360' };
export const NO_LIMITS: Readonly<NetworkValues> =
  { sendLimit: 0, receiveLimit: 0, resolution: 'auto' };

const SEND = [
  { value: 0, label: 'No limit' },
  { value: 2500, label: '2.5 Mbit/s: a large picture' },
  { value: 1000, label: '1 Mbit/s: a good picture' },
  { value: 500, label: '500 kbit/s: a middling picture' },
  { value: 250, label: '250 kbit/s: a small picture' },
  { value: 100, label: '100 kbit/s: voice before all' },
];

const RECEIVE = [
  { value: 0, label: 'No limit' },
  { value: 5000, label: '5 Mbit/s: many large pictures' },
  { value: 2500, label: '2.5 Mbit/s: one large picture' },
  { value: 1000, label: '1 Mbit/s: some middling pictures' },
  { value: 500, label: '500 kbit/s: some small pictures' },
  { value: 250, label: '250 kbit/s: one small picture' },
  { value: 100, label: '100 kbit/s: voices and a shared screen' },
];

const kbit = (value: number) => `${value} kbit/s`;

function open(): OpenSection {
  const rows = new SettingRows(settings());
  const done = el('p', {
    class: 'setting-advice', attrs: { role: 'status' },
  });
  return {
    root: el('div', {},
      el('p', { class: 'settings-lead' },
        'If voices break up or pictures stand still, take the limits for a ' +
        'poor network. If that is not enough, turn on “Audio only”.'),
      el('div', { class: 'settings-presets' },
        preset('Poor network', POOR_NETWORK, () => {
          done.textContent = 'Set: a small picture of yours, and few and ' +
            'small ones of the others.';
        }),
        preset('No limits', NO_LIMITS, () => {
          done.textContent = 'Set: all pictures in the size that they need.';
        })), done,
      rows.toggle('audioOnly', 'Audio only',
        'Your camera is off, and of the others only shared screens arrive.'),
      rows.select('sendLimit', 'Send at most', SEND, {
        other: kbit,
        advice: 'Your voice comes first, then a shared screen, then your ' +
          'picture.',
      }),
      rows.select('receiveLimit', 'Receive at most', RECEIVE, {
        other: kbit,
        advice: 'Voices come first. Pictures get smaller, and the last ones ' +
          'are left out.',
      })),
    close: () => rows.close(),
  };
}

function preset(
  label: string,
  values: Readonly<NetworkValues>,
  done: () => void,
): HTMLButtonElement {
  return el('button', {
    type: 'button', class: 'button small', onclick: () => {
      settings().set('sendLimit', values.sendLimit);
      settings().set('receiveLimit', values.receiveLimit);
      settings().set('resolution', values.resolution);
      done();
    },
  }, label);
}
