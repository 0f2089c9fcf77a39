/** Settings: the camera, its picture and how large it is. */

import { DevicePreview } from '../device_preview';
import { settings } from '../settings';
import { explainMedia } from '../words';
import { DeviceSelect } from './device_select';
import { el, showTrack } from './dom';
import { toast } from './notice';
import { SettingRows } from './setting_rows';
import type {
  OpenSection, SettingsContext, SettingsSection,
} from './settings_section';

export const videoSection: SettingsSection = {
  id: 'video', title: 'Video', icon: 'camera', open,
};

function open({ media }: SettingsContext): OpenSection {
  const rows = new SettingRows(settings());
  const video = el('video', {
    muted: true, autoplay: true, playsInline: true,
    attrs: { 'aria-label': 'Your picture' },
  });
  const size = el('span', { class: 'settings-preview-size' });
  const note = el('p', {
    class: 'settings-preview-note', attrs: { role: 'status' },
  }, 'Starting your camera');
  const camera = new DeviceSelect({
    source: 'camera', label: 'Camera',
    current: () => media.deviceId('camera'),
    choose: (id) => void media.choose('camera', id).catch((error: unknown) =>
      toast(explainMedia(error, 'camera').title)),
  });
  const preview = new DevicePreview('camera', media, (track, error) => {
    showTrack(video, track);
    video.hidden = size.hidden = !track;
    note.hidden = !!track;
    if (error !== undefined) {
      const { title, detail } = explainMedia(error, 'camera');
      note.textContent = `${title}. ${detail}`;
    }
    void camera.refresh();
  });
  const measure = () => {
    size.textContent = `${video.videoWidth} × ${video.videoHeight}`;
  };
  video.addEventListener('loadedmetadata', measure);
  video.addEventListener('resize', measure);
  const forget = settings().onChange((name) => {
    if (name === 'resolution') void preview.refresh();
  });
  return {
    root: el('div', {},
      el('div', { class: 'settings-preview' }, video, note, size),
      camera.root,
      rows.toggle('mirror', 'Mirror my picture',
        'For you alone: the others see it as it is.'),
      rows.select('resolution', 'Resolution', [
        { value: 'auto', label: 'Automatic' },
        { value: '1080', label: '1080p: for a fast network and computer' },
        { value: '720', label: '720p' },
        { value: '360', label: '360p: for a slow computer' },
        { value: '180', label: '180p: for a very slow network' },
      ], { advice: 'The most that is sent. Those who show you small receive less.' })),
    close: () => {
      preview.close();
      camera.close();
      rows.close();
      forget();
      showTrack(video, null);
    },
  };
}
