/** Settings: what a call looks and sounds like. */

import { settings } from '../settings';
import { el } from './dom';
import { SettingRows } from './setting_rows';
import type { OpenSection, SettingsSection } from './settings_section';

export const callSection: SettingsSection = {
  id: 'call', title: 'Call', icon: 'bell', open,
};

function open(): OpenSection {
  const rows = new SettingRows(settings());
  return {
    root: el('div', {},
      rows.radio('layout', 'Pictures', [
        { value: 'grid', label: 'All in one size' },
        { value: 'speaker', label: 'The speaker large' },
        { value: 'sidebar', label: 'Others at the side' },
      ]),
      rows.radio('selfView', 'My own picture', [
        { value: 'tile', label: 'Among the others' },
        { value: 'float', label: 'In a corner' },
        { value: 'hidden', label: 'Hidden' },
      ]),
      rows.toggle('joinSound', 'Sound when somebody joins or leaves'),
      rows.toggle('handSound', 'Sound when somebody raises a hand'),
      rows.toggle('mutedWarning', 'Tell me when I speak while muted')),
    close: () => rows.close(),
  };
}
