/** What the button "More" of a call always offers. */

import { openCheck } from './check/offer';
import type { RunningCall } from './running_call';
import { settings } from './settings';
import type { MenuAction } from './ui/menu';

/** Things to do in this call for which the bar has no button of its own. */
export function moreActions(running: RunningCall): MenuAction[] {
  return [
    { label: 'Invite people', icon: 'invite', run: () => running.invite() },
    ...running.view.views.actions(),
    audioOnlyAction(),
    ...running.recording.controls?.actions() ?? [],
    { label: 'Settings', icon: 'gear', run: () => running.openSettings() },
    {
      icon: 'pulse', label: 'Check camera, microphone and network',
      run: openCheck,
    },
  ];
}

function audioOnlyAction(): MenuAction {
  const on = settings().get('audioOnly');
  return {
    label: on ? 'Show pictures again' : 'Audio only',
    icon: on ? 'camera' : 'cameraOff',
    run: () => settings().set('audioOnly', !on),
  };
}
