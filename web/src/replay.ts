/** The page that plays a recording: replay.html. */

import { manifestIn } from './replay/address';
import { readManifest } from './replay/manifest';
import { ReplayView, titleOf } from './replay/view';
import {
  explainStatus, NO_ANSWER, NO_LINK, NO_MANIFEST, NOTHING,
} from './replay/words';
import { messageScreen } from './ui/notice';
import { followTheme } from './ui/theme';
import type { Explanation } from './words';

async function open(root: HTMLElement): Promise<void> {
  const fail = (why: Explanation, again = false) => {
    document.title = `${why.title} · Troupe`;
    root.replaceChildren(messageScreen(why, again ? [{
      label: 'Try again', primary: true, busy: 'Loading…',
      run: () => open(root),
    }] : []));
  };
  const manifest = manifestIn(location.href);
  if (!manifest) return fail(NO_LINK);
  let answer: Response;
  let json: unknown;
  try {
    answer = await fetch(manifest, { cache: 'no-cache' });
    json = answer.ok ? await answer.json().catch(() => undefined) : undefined;
  } catch {
    return fail(NO_ANSWER, true);
  }
  if (!answer.ok) return fail(explainStatus(answer.status), answer.status >= 500);
  const replay = readManifest(json);
  if (!replay) return fail(NO_MANIFEST);
  if (replay.parts.length === 0) return fail(NOTHING);
  const view = new ReplayView(replay, manifest);
  document.title = `${titleOf(replay)} · Troupe`;
  root.replaceChildren(view.root);
  view.focus();
  // For tests, which cannot hear.
  Object.assign(window, { replay: view.player });
}

const root = document.getElementById('app');
if (root) {
  followTheme();
  addEventListener('hashchange', () => location.reload());
  void open(root);
}
