/** Rows of the settings dialog, each bound to one kept setting. */

import type { SettingName, Settings, SettingValues } from '../settings';
import { el } from './dom';

type Switches = {
  [Name in SettingName]: SettingValues[Name] extends boolean ? Name : never;
}[SettingName];
type Choices = Exclude<SettingName, Switches>;

export interface Choice<Value> {
  value: Value;
  label: string;
}

let count = 0;
const newId = () => `setting-${++count}`;

export class SettingRows {
  #ends: Array<() => void> = [];

  constructor(
    private readonly settings: Pick<Settings, 'get' | 'set' | 'onChange'>,
  ) {}

  /** On or off. */
  toggle(name: Switches, label: string, advice?: string): HTMLElement {
    const id = newId();
    const box = el('input', {
      type: 'checkbox', id, attrs: {
        role: 'switch', 'data-setting': name,
        ...advice && { 'aria-describedby': `${id}-advice` },
      },
      onchange: () => this.settings.set(name, box.checked),
    });
    this.#follow(name, () => { box.checked = this.settings.get(name); });
    return el('div', { class: 'setting' },
      el('label', { class: 'setting-switch', htmlFor: id },
        el('span', {}, label), box),
      advice !== undefined && adviceLine(`${id}-advice`, advice));
  }

  /** One of a few, all of which are seen. */
  radio<Name extends Choices>(
    name: Name,
    label: string,
    choices: Array<Choice<SettingValues[Name]>>,
  ): HTMLElement {
    const group = newId();
    const boxes = choices.map(({ value }) => el('input', {
      type: 'radio', name: group, value: String(value),
      attrs: { 'data-setting': name },
      onchange: () => this.settings.set(name, value),
    }));
    this.#follow(name, () => {
      const now = this.settings.get(name);
      choices.forEach(({ value }, index) => {
        boxes[index]!.checked = value === now;
      });
    });
    return el('fieldset', { class: 'setting' },
      el('legend', {}, label),
      el('div', { class: 'setting-radios' }, ...choices.map((one, index) =>
        el('label', {}, boxes[index], el('span', {}, one.label)))));
  }

  /** One of several. @param other names a kept value that is not listed */
  select<Name extends Choices>(
    name: Name,
    label: string,
    choices: Array<Choice<SettingValues[Name]>>,
    { advice, other = String }: {
      advice?: string;
      other?: (value: SettingValues[Name]) => string;
    } = {},
  ): HTMLElement {
    const id = newId();
    const now = this.settings.get(name);
    const all = choices.some(({ value }) => value === now) ? choices
      : [...choices, { value: now, label: other(now) }];
    const list = el('select', {
      id, attrs: {
        'data-setting': name,
        ...advice && { 'aria-describedby': `${id}-advice` },
      },
      onchange: () => {
        const chosen = all[list.selectedIndex];
        if (chosen) this.settings.set(name, chosen.value);
      },
    }, ...all.map((one) => el('option', {}, one.label)));
    this.#follow(name, () => {
      const current = this.settings.get(name);
      list.selectedIndex = all.findIndex(({ value }) => value === current);
    });
    return el('div', { class: 'setting' },
      el('label', { htmlFor: id }, label), list,
      advice !== undefined && adviceLine(`${id}-advice`, advice));
  }

  close(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #follow(name: SettingName, paint: () => void): void {
    paint();
    this.#ends.push(this.settings.onChange((changed) => {
      if (changed === name) paint();
    }));
  }
}

function adviceLine(id: string, text: string): HTMLElement {
  return el('p', { id, class: 'setting-advice' }, text);
}
