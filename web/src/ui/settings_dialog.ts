/** The settings: a dialog with a list of sections beside the chosen one. */

import { el } from './dom';
import { icon } from './icons';
import type {
  OpenSection, SettingsContext, SettingsSection,
} from './settings_section';
import { SETTINGS_SECTIONS } from './settings_sections';

/** The section that was looked at last, as long as the page lives. */
let lastId: string | undefined;

/**
 * Opens the dialog, or turns the open one to that section.
 * @param sectionId an unknown one opens the first section
 */
export function openSettings(
  context: SettingsContext,
  sectionId?: string,
): void {
  const open = document.querySelector<HTMLDialogElement>(
    'dialog.settings[open]');
  if (open) {
    if (sectionId) open.querySelector<HTMLElement>(tabOf(sectionId))?.click();
    return;
  }
  const dialog = new SettingsDialog(context, SETTINGS_SECTIONS);
  dialog.open(sectionId ?? lastId);
}

const tabOf = (id: string) => `#settings-tab-${CSS.escape(id)}`;

/** Tabs as the ARIA Authoring Practices have them, chosen by the focus. */
class SettingsDialog {
  #tabs: HTMLButtonElement[];
  #panel = el('div', {
    class: 'settings-panel', id: 'settings-panel', tabIndex: -1,
    attrs: { role: 'tabpanel' },
  });
  #root: HTMLDialogElement;
  #shown: OpenSection | undefined;
  #shownId: string | undefined;

  constructor(
    private readonly context: SettingsContext,
    private readonly sections: readonly SettingsSection[],
  ) {
    this.#tabs = sections.map((section) => this.#tab(section));
    const close = el('button', {
      type: 'button', class: 'icon-button', title: 'Close',
      attrs: { 'aria-label': 'Close the settings' },
      onclick: () => this.#root.close(),
    }, icon('close'));
    this.#root = el('dialog', {
      class: 'dialog settings', attrs: { 'aria-labelledby': 'settings-title' },
    }, el('div', { class: 'settings-card' },
      el('header', { class: 'dialog-head' },
        el('h2', { id: 'settings-title' }, 'Settings'), close),
      el('div', {
        class: 'settings-tabs',
        attrs: { role: 'tablist', 'aria-labelledby': 'settings-title' },
        onkeydown: (event: KeyboardEvent) => this.#move(event),
      }, ...this.#tabs),
      this.#panel));
    this.#root.addEventListener('close', () => this.#closed());
    this.#root.addEventListener('click', (event) => {
      // The content covers the dialog: only its backdrop is left.
      if (event.target === this.#root) this.#root.close();
    });
  }

  open(sectionId: string | undefined): void {
    const section = this.sections.find(({ id }) => id === sectionId) ??
      this.sections[0];
    document.body.append(this.#root);
    this.#root.showModal();
    if (section) this.#show(section);
    this.#tabs.find(({ tabIndex }) => tabIndex === 0)?.focus();
  }

  #tab(section: SettingsSection): HTMLButtonElement {
    return el('button', {
      type: 'button', class: 'settings-tab', id: `settings-tab-${section.id}`,
      attrs: { role: 'tab', 'aria-controls': 'settings-panel' },
      onclick: () => this.#show(section),
    }, icon(section.icon), el('span', {}, section.title));
  }

  #show(section: SettingsSection): void {
    if (this.#shownId === section.id) return;
    this.#shown?.close();
    this.#shown = section.open(this.context);
    this.#shownId = lastId = section.id;
    this.sections.forEach(({ id }, index) => {
      const tab = this.#tabs[index]!;
      const chosen = id === section.id;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
    this.#panel.setAttribute('aria-labelledby', `settings-tab-${section.id}`);
    this.#panel.replaceChildren(this.#shown.root);
    this.#panel.scrollTop = 0;
  }

  #move(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#tabs.findIndex((tab) => tab === document.activeElement);
    const count = this.#tabs.length;
    const to = {
      ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1,
      ArrowLeft: at - 1, Home: 0, End: count - 1,
    }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = this.#tabs[(to + count) % count]!;
    tab.focus();
    tab.click();
  }

  #closed(): void {
    this.#shown?.close();
    this.#root.remove();
  }
}
