/** Times of recordings as people read them. Pure. */

/** "0:07", "12:05", "1:02:03". */
export function clockWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] =
    [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** How long something takes: "40 s", "12 min", "1 h 5 min". */
export function lengthWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest > 0 ? ` ${rest} min` : ''}`;
}

/** "23:15", where the person is; empty for no time. */
export function timeWords(ms: number): string {
  return words(ms, { timeStyle: 'short' });
}

/** "24 Nov 2026, 23:15", where the person is; empty for no time. */
export function dateWords(ms: number): string {
  return words(ms, { dateStyle: 'medium', timeStyle: 'short' });
}

function words(ms: number, style: Intl.DateTimeFormatOptions): string {
  return Number.isFinite(ms)
    ? new Intl.DateTimeFormat('en-GB', style).format(ms) : '';
}
