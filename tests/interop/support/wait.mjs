/** Waits for a condition instead of a fixed time. */

const POLL_MS = 100;
/** Long, since it is only waited in full by a test that fails. */
const PATIENCE_MS = 30_000;

/**
 * Calls `probe` until its result is truthy, and returns that. Throws at the
 * timeout, naming the condition and the last result.
 */
export async function waitFor(what, probe, withinMs = PATIENCE_MS) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (performance.now() > deadline) {
      throw new Error(`timed out after ${withinMs} ms waiting for ${what}` +
        ` (last answer: ${JSON.stringify(answer)})`);
    }
    await pause(POLL_MS);
  }
}

export function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
