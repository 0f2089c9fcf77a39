/** The report of a check, to be sent to somebody who can help. Pure. */

import { SUBJECTS, type Finding, type Subject, type Verdict } from './findings';

const MARKS: Record<Verdict, string> = {
  good: 'ok', weak: 'weak', bad: 'FAILED', untried: 'not tried',
};

export const SUBJECT_NAMES: Record<Subject, string> = {
  camera: 'Camera', mic: 'Microphone', speaker: 'Speaker', server: 'Server',
  path: 'Network path', flow: 'Quality',
};

const ENGINES: ReadonlyArray<[RegExp, string]> = [
  [/Edg\/(\d+)/, 'Edge'], [/OPR\/(\d+)/, 'Opera'],
  [/Firefox\/(\d+)/, 'Firefox'], [/Chrome\/(\d+)/, 'Chrome'],
  [/Version\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari/, 'Safari'],
];
const SYSTEMS: ReadonlyArray<[RegExp, string]> = [
  [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'],
  [/CrOS/, 'ChromeOS'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux'],
];

/** The kind of browser and system, no more of them than that. */
export function browserWords(userAgent: string): string {
  const [pattern, name] = ENGINES.find(([known]) => known.test(userAgent)) ??
    [/$^/, 'another browser'];
  const version = pattern.exec(userAgent)?.[1];
  const system = SYSTEMS.find(([known]) => known.test(userAgent))?.[1];
  return [name, version, system && `on ${system}`].filter(Boolean).join(' ');
}

/**
 * Has no names of people, rooms, devices or hosts, and no addresses: it can
 * be posted anywhere.
 */
export function reportOf(
  findings: Record<Subject, Finding>,
  userAgent: string,
  at: Date,
): string {
  return [
    `Check before a call, ${at.toISOString().slice(0, 16)}Z`,
    `Browser: ${browserWords(userAgent)}`,
    ...SUBJECTS.map((subject) => {
      const { verdict, title, detail } = findings[subject];
      return `${SUBJECT_NAMES[subject]} [${MARKS[verdict]}]: ` +
        [title, detail].filter(Boolean).join('. ').replace(/\?\./, '?');
    }),
  ].join('\n') + '\n';
}
