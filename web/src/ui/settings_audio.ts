/** Settings: the microphone with its level, and the speaker. */

import { DevicePreview } from '../device_preview';
import { MicMeter } from '../mic_meter';
import { settings } from '../settings';
import { meterLevel } from '../speaking';
import { explainMedia } from '../words';
import { AudioOut } from './audio_out';
import { DeviceSelect } from './device_select';
import { el, flag } from './dom';
import { icon } from './icons';
import { toast } from './notice';
import { SettingRows } from './setting_rows';
import type {
  OpenSection, SettingsContext, SettingsSection,
} from './settings_section';

export const audioSection: SettingsSection = {
  id: 'audio', title: 'Audio', icon: 'mic', open,
};

function open(context: SettingsContext): OpenSection {
  const rows = new SettingRows(settings());
  const mic = microphone(context);
  const speaker = speakerRows(context);
  return {
    root: el('div', {}, ...mic.nodes,
      rows.toggle('noiseSuppression', 'Suppress noise',
        'Takes out fans and keyboards. Turn it off for music.'),
      ...speaker.nodes),
    close: () => {
      mic.close();
      speaker.close();
      rows.close();
    },
  };
}

function microphone({ media }: SettingsContext) {
  const meter = new MicMeter();
  const bar = el('i');
  const note = el('p', {
    class: 'setting-advice', attrs: { role: 'status' },
  }, 'Speak: the bar moves with your voice.');
  const list = new DeviceSelect({
    source: 'mic', label: 'Microphone',
    current: () => media.deviceId('mic'),
    choose: (id) => void media.choose('mic', id).catch((error: unknown) =>
      toast(explainMedia(error, 'microphone').title)),
  });
  const preview = new DevicePreview('mic', media, (track, error) => {
    meter.follow(track);
    if (error !== undefined) {
      const { title, detail } = explainMedia(error, 'microphone');
      note.textContent = `${title}. ${detail}`;
    }
    void list.refresh();
  });
  let frame = 0;
  const draw = () => {
    const level = meterLevel(meter.level());
    bar.style.transform = `scaleX(${level.toFixed(3)})`;
    frame = requestAnimationFrame(draw);
  };
  draw();
  return {
    nodes: [list.root, el('div', {
      class: 'settings-level', attrs: { 'aria-hidden': 'true' },
    }, bar), note],
    close: () => {
      cancelAnimationFrame(frame);
      preview.close();
      meter.close();
      list.close();
    },
  };
}

function speakerRows({ speaker }: SettingsContext) {
  const list = AudioOut.canChoose() ? new DeviceSelect({
    source: 'speaker', label: 'Speaker',
    current: () => speaker.id || 'default',
    choose: (id) => speaker.choose(id),
  }) : undefined;
  const button: HTMLButtonElement = el('button', {
    type: 'button', class: 'button small settings-test', onclick: () => {
      flag(button, 'data-playing', true);
      speaker.test().catch((error: unknown) => {
        console.warn('No test sound', error);
        toast('The test sound cannot be played');
      }).finally(() => flag(button, 'data-playing', false));
    },
  }, icon('sound'), 'Play a test sound');
  return {
    nodes: [
      list?.root ?? el('p', { class: 'setting-advice' },
        'This browser plays on the speaker that your system has chosen.'),
      button,
    ],
    close: () => list?.close(),
  };
}
