/** A finger that draws sideways over an element. */

const LEAST = 48;
/** More sideways than up or down by this factor. */
const SLOPE = 1.5;

/** @param turn is told 1 when the finger goes to the left, else -1 */
export function onSwipe(root: HTMLElement, turn: (step: 1 | -1) => void): void {
  let start: { id: number; x: number; y: number } | undefined;
  root.addEventListener('pointerdown', (event) => {
    const own = (event.target as Element).closest('[data-floating]') !== null;
    const { pointerId: id, clientX: x, clientY: y } = event;
    // A second finger zooms.
    start = event.pointerType === 'touch' && event.isPrimary && !own
      ? { id, x, y } : undefined;
  });
  root.addEventListener('pointercancel', () => { start = undefined; });
  root.addEventListener('pointerup', ({ pointerId, clientX, clientY }) => {
    if (!start || start.id !== pointerId) return;
    const [dx, dy] = [clientX - start.x, clientY - start.y];
    start = undefined;
    if (Math.abs(dx) < LEAST || Math.abs(dx) < Math.abs(dy) * SLOPE) return;
    turn(dx < 0 ? 1 : -1);
  });
}
