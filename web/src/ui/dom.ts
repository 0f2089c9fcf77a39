/** Building DOM without a framework. */

type Child = Node | string | null | undefined | false;

type Props<Tag extends keyof HTMLElementTagNameMap> =
  Partial<Omit<HTMLElementTagNameMap[Tag], 'style' | 'dataset'>> & {
    class?: string;
    attrs?: Record<string, string>;
  };

/** Makes an element; `class` and `attrs` besides its own properties. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props<Tag> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const { class: className, attrs, ...rest } = props;
  const node = document.createElement(tag);
  if (className) node.className = className;
  Object.assign(node, rest);
  for (const [name, value] of Object.entries(attrs ?? {})) {
    node.setAttribute(name, value);
  }
  node.append(...children.filter((child): child is Node | string =>
    child !== null && child !== undefined && child !== false));
  return node;
}

/** Sets or removes an attribute that says yes by being there. */
export function flag(node: Element, name: string, on: boolean): void {
  node.toggleAttribute(name, on);
}

/** Shows a track in a video element, or nothing. */
export function showTrack(
  video: HTMLVideoElement,
  track: MediaStreamTrack | null,
): void {
  const current = video.srcObject instanceof MediaStream
    ? video.srcObject.getTracks()[0] ?? null : null;
  if (current === track) return;
  video.srcObject = track ? new MediaStream([track]) : null;
  // Autoplay may be refused until a click; muted video is always allowed.
  if (track) video.play().catch(() => undefined);
}
