/** Waiting for a condition instead of for a while. */

const POLL_MS = 50;

/**
 * Asks `probe` until it answers with something truthy, and returns that.
 * Throws, naming what was awaited and the last answer, when time is up.
 */
export async function waitFor(what, probe, withinMs = 10_000) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (performance.now() > deadline) {
      throw new Error(`waited ${withinMs} ms in vain for ${what}` +
        ` (last answer: ${JSON.stringify(answer)})`);
    }
    await pause(POLL_MS);
  }
}

export function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
