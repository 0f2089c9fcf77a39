/** What this person has chosen for all calls; this browser keeps it. */

export interface SettingValues {
  /** The own picture is shown as in a mirror; the others see it as it is. */
  mirror: boolean;
  noiseSuppression: boolean;
  /** Height of the camera's picture in pixels; "auto": the page chooses. */
  resolution: 'auto' | '180' | '360' | '720' | '1080';
  /** The most that is sent, all streams together, in kbit/s; 0: no limit. */
  sendLimit: number;
  /** The most that is received, in kbit/s; 0: no limit. */
  receiveLimit: number;
  /** No pictures are sent or received, but for shared screens. */
  audioOnly: boolean;
  /** What is behind the person: "none" or an id of background/looks.ts. */
  background: string;
  selfView: 'tile' | 'float' | 'hidden';
  layout: 'grid' | 'speaker' | 'sidebar';
  /** A sound when somebody joins or leaves. */
  joinSound: boolean;
  /** A sound when somebody raises a hand. */
  handSound: boolean;
  /** Says "You are muted" when this person speaks with the microphone off. */
  mutedWarning: boolean;
}

export type SettingName = keyof SettingValues;

export const DEFAULT_SETTINGS: Readonly<SettingValues> = {
  mirror: true,
  noiseSuppression: true,
  resolution: 'auto',
  sendLimit: 0,
  receiveLimit: 0,
  audioOnly: false,
  background: 'none',
  selfView: 'tile',
  layout: 'grid',
  joinSound: true,
  handSound: true,
  mutedWarning: true,
};

/** The values of those settings that have few. */
const CHOICES: Partial<Record<SettingName, readonly string[]>> = {
  resolution: ['auto', '180', '360', '720', '1080'],
  selfView: ['tile', 'float', 'hidden'],
  layout: ['grid', 'speaker', 'sidebar'],
};

const KEY = 'troupe.settings';

type Kept = Pick<Storage, 'getItem' | 'setItem'>;
type Listener = (name: SettingName) => void;

export class Settings {
  #values: SettingValues;
  #listeners = new Set<Listener>();

  constructor(private readonly storage: Kept) {
    this.#values = { ...DEFAULT_SETTINGS, ...read(storage) };
  }

  get<Name extends SettingName>(name: Name): SettingValues[Name] {
    return this.#values[name];
  }

  /** Keeps the value and tells the listeners, if it is another one. */
  set<Name extends SettingName>(
    name: Name,
    value: SettingValues[Name],
  ): void {
    if (this.#values[name] === value) return;
    this.#values[name] = value;
    try {
      this.storage.setItem(KEY, JSON.stringify(this.#values));
    } catch {
      // A full or forbidden storage: the choice lasts as long as the page.
    }
    this.#listeners.forEach((listener) => listener(name));
  }

  /** Returns a function that ends the listening. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Values that another version of the page kept are taken if they fit. */
function read(storage: Kept): Partial<SettingValues> {
  let kept: unknown;
  try {
    kept = JSON.parse(storage.getItem(KEY) ?? '{}');
  } catch {
    return {};
  }
  if (typeof kept !== 'object' || kept === null) return {};
  return Object.fromEntries(Object.entries(kept).filter(([name, value]) =>
    fits(name, value)));
}

function fits(name: string, value: unknown): boolean {
  if (!Object.hasOwn(DEFAULT_SETTINGS, name)) return false;
  const known = name as SettingName;
  if (typeof value !== typeof DEFAULT_SETTINGS[known]) return false;
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0;
  return CHOICES[known]?.includes(String(value)) ?? true;
}

let ofThisBrowser: Settings | undefined;

/** The settings of this browser. */
export function settings(): Settings {
  return ofThisBrowser ??= new Settings(localStorage);
}
