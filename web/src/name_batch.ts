/** Gathers names for a moment, so that many arrivals are one sentence. Pure. */

/** How long names are gathered from the first one on. */
export const GATHER_MS = 1200;

/** "Anna", "Anna and Ben", "Anna and 3 others". */
export function namesInWords(names: readonly string[]): string {
  const [first = '', second = ''] = names;
  if (names.length <= 1) return first;
  if (names.length === 2) return `${first} and ${second}`;
  return `${first} and ${names.length - 1} others`;
}

/**
 * News of one kind about people, and its opposite: joined and left, raised
 * and lowered. What is undone while names are gathered is not told at all.
 */
export class NameBatch {
  #happened = new Map<string, string>();
  #undone = new Map<string, string>();
  #waiting = false;

  /**
   * @param tell shows one sentence
   * @param happened what people did, such as "joined"
   * @param undone the opposite; empty if that is not told
   * @param later runs a function after some milliseconds
   */
  constructor(
    private readonly tell: (sentence: string) => void,
    private readonly happened: string,
    private readonly undone: string,
    private readonly later: (run: () => void, ms: number) => unknown =
      (run, ms) => setTimeout(run, ms),
  ) {}

  add(id: string, name: string): void {
    if (!this.#undone.delete(id)) this.#happened.set(id, name);
    this.#wait();
  }

  undo(id: string, name: string): void {
    if (!this.#happened.delete(id) && this.undone) this.#undone.set(id, name);
    this.#wait();
  }

  /** Forgets what was gathered and not yet told. */
  forget(): void {
    this.#happened.clear();
    this.#undone.clear();
  }

  #wait(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.later(() => this.#flush(), GATHER_MS);
  }

  #flush(): void {
    this.#waiting = false;
    const say = (names: Map<string, string>, verb: string) => {
      if (names.size > 0) {
        this.tell(`${namesInWords([...names.values()])} ${verb}`);
      }
    };
    say(this.#happened, this.happened);
    say(this.#undone, this.undone);
    this.forget();
  }
}
