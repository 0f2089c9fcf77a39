/** What is shared of a screen, and how it is best sent. Pure. */

/** Text stays sharp, a film stays fluent, when there is not room for both. */
export type ScreenContent = 'text' | 'film';

export const CONTENT_HINTS: Record<ScreenContent, string> = {
  text: 'detail', film: 'motion',
};

/** What the browser says of a captured surface. */
export interface Surface {
  /** "browser" is a tab; empty where the browser does not say. */
  kind: '' | 'browser' | 'window' | 'monitor';
  sound: boolean;
}

export function surfaceOf(kind: unknown, sound: boolean): Surface {
  const known = kind === 'browser' || kind === 'window' || kind === 'monitor';
  return { kind: known ? kind : '', sound };
}

/** A tab that is shared with its sound most likely plays something. */
export function usualContent({ kind, sound }: Surface): ScreenContent {
  return kind === 'browser' && sound ? 'film' : 'text';
}

export function surfaceWords({ kind, sound }: Surface): string {
  const what = {
    browser: 'A tab', window: 'A window', monitor: 'Your entire screen',
    '': 'Your screen',
  }[kind];
  return sound ? `${what}, with sound` : what;
}

export interface PixelSize {
  width: number;
  height: number;
}

/** What this page knows of the picture and of itself. */
export interface PreviewFacts {
  surface: Surface;
  /** The captured tab is this page, as far as the browser tells. */
  ownTab: boolean;
  picture: PixelSize | undefined;
  /** This browser window with its frame, in device pixels. */
  ownWindow: PixelSize;
}

/** A window's frame and shadow count for one browser and not for another. */
const TOLERANCE = 24;

/** Whether a preview would show itself, again and again. */
export function showsItself(
  { surface, ownTab, picture, ownWindow }: PreviewFacts,
): boolean {
  switch (surface.kind) {
    case 'browser': return ownTab;
    case 'window': return picture !== undefined &&
      Math.abs(picture.width - ownWindow.width) <= TOLERANCE &&
      Math.abs(picture.height - ownWindow.height) <= TOLERANCE;
    // The page may be on another screen, which browsers do not say.
    default: return true;
  }
}

/** What went wrong; undefined if the person only changed their mind. */
export function shareErrorWords(
  { name, message }: { name: string; message: string },
): string | undefined {
  if (name !== 'NotAllowedError') return 'Your screen cannot be shared';
  return /system/i.test(message)
    ? 'Your system does not let this browser share the screen: allow it in ' +
      'the system’s privacy settings'
    : undefined;
}
