/** A list of the devices of one kind, which follows what is plugged in. */

import { listDevices, type LocalSource } from '../local_media';
import { el } from './dom';

export interface DeviceSelectOptions {
  source: LocalSource | 'speaker';
  label: string;
  /** The device that is chosen now. */
  current(): string | undefined;
  choose(deviceId: string): void;
}

export class DeviceSelect {
  readonly root: HTMLElement;
  #list: HTMLSelectElement;
  #devices: MediaDeviceInfo[] = [];
  #ending = new AbortController();

  constructor(private readonly options: DeviceSelectOptions) {
    const id = `device-${options.source}`;
    this.#list = el('select', {
      id, onchange: () => {
        const device = this.#devices[this.#list.selectedIndex];
        if (device) options.choose(device.deviceId);
      },
    });
    this.root = el('div', { class: 'setting' },
      el('label', { htmlFor: id }, options.label), this.#list);
    navigator.mediaDevices?.addEventListener?.('devicechange',
      () => void this.refresh(), { signal: this.#ending.signal });
    void this.refresh();
  }

  /** Call when another device is in use, or a permission has come. */
  async refresh(): Promise<void> {
    const { source, label } = this.options;
    this.#devices = await listDevices(source);
    if (this.#ending.signal.aborted) return;
    const current = this.options.current();
    this.#list.replaceChildren(...this.#devices.map((device, index) =>
      el('option', {}, device.label || `${label} ${index + 1}`)));
    if (this.#devices.length === 0) {
      this.#list.append(el('option', {}, 'None found'));
    }
    this.#list.disabled = this.#devices.length === 0;
    const at = this.#devices.findIndex(({ deviceId }) => deviceId === current);
    this.#list.selectedIndex = Math.max(0, at);
  }

  close(): void {
    this.#ending.abort();
  }
}
