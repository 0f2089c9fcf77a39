/** The tested pages, each with the settings that define it. */

/** The room of a page whose document names none. */
export const DEFAULT_ROOM = 'default';

/**
 * Each document without extensions, once per reading. A client that is alone in
 * a flow room may see itself.
 */
export const BARE = [
  { frontend: 'ws_bare' },
  { frontend: 'ws_bare', reading: 'receive-first' },
  { frontend: 'ws_bare', reading: 'watch-first' },
  { frontend: 'ws_bare', reading: 'ask-first' },
  { frontend: 'events_bare' },
  { frontend: 'flow_bare', room: DEFAULT_ROOM, mirror: true },
  { frontend: 'rooms_react' },
  { frontend: 'rooms_events' },
  { frontend: 'rooms_events', reading: 'joinRoom' },
  { frontend: 'protoo_legacy_bare' },
  { frontend: 'protoo_current_bare' },
];

/** Everything that a dialect offers. */
export const RICH = [
  { frontend: 'ws_rich' },
  { frontend: 'events_rich' },
  { frontend: 'flow_rich' },
  { frontend: 'rooms_rich' },
  { frontend: 'protoo_rich', reading: 'legacy' },
  { frontend: 'protoo_rich', reading: 'current' },
];

/** The page's name for the name of a test. */
export function nameOf({ frontend, browser, build, transports, reading }) {
  return [frontend, reading, build, transports, browser]
    .filter((word) => word !== undefined).join(' ');
}
