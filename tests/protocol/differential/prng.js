// A seeded generator (mulberry32), so that a failure can be repeated.
export class Prng {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  // From 0 (inclusive) to 1 (exclusive).
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  below(bound) {
    return Math.floor(this.next() * bound);
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  // Each element with the given probability, in order.
  some(list, probability) {
    return list.filter(() => this.chance(probability));
  }

  shuffle(list) {
    const out = [...list];
    for (let i = out.length - 1; i > 0; --i) {
      const k = this.below(i + 1);
      [out[i], out[k]] = [out[k], out[i]];
    }
    return out;
  }
}
