/** Who was noticed lately: a name that is noticed twice at once counts twice. */
export class Sightings {
  #memoryMs;
  #lastAt = new Map();

  constructor(memoryMs) {
    this.#memoryMs = memoryMs;
  }

  /**
   * Notes the names of one look at the time `now`, in ms, and returns all names
   * of the last `memoryMs`.
   */
  add(names, now) {
    const counts = new Map();
    for (const name of names) {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      this.#lastAt.set(`${count} ${name}`, { name, now });
    }
    for (const [key, last] of this.#lastAt) {
      if (now - last.now > this.#memoryMs) this.#lastAt.delete(key);
    }
    return [...this.#lastAt.values()].map(({ name }) => name);
  }
}
