/** Opens the dialog that invites; its code is loaded when it is wanted. */

import { toast } from './ui/notice';

export function openInvite(room: string, link: string): void {
  import('./ui/invite_dialog').then(
    ({ openInviteDialog }) => openInviteDialog(room, link),
    () => toast('The invitation could not be loaded'));
}
