/** Line icons on a 24-unit square. */

const PATHS = {
  mic: 'M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3Z' +
    'M6 11.5a6 6 0 0 0 12 0M12 17.5v3M9 20.5h6',
  micOff: 'M4 4l16 16M9 9v2.5a3 3 0 0 0 4.7 2.45M15 11V6.5a3 3 0 0 0-5.7-1.3' +
    'M6 11.5a6 6 0 0 0 9.3 5M18 11.5a6 6 0 0 1-.6 2.6M12 17.5v3M9 20.5h6',
  camera: 'M5 6.5h8.5a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7' +
    'a2 2 0 0 1 2-2ZM15.5 10.7l4-2.6a1 1 0 0 1 1.5.85v6.1a1 1 0 0 1-1.5.85' +
    'l-4-2.6',
  cameraOff: 'M4 4l16 16M9.5 6.5h4a2 2 0 0 1 2 2v3.8M15.5 15.5a2 2 0 0 1-2 2' +
    'H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 1.7-2M15.5 10.7l4-2.6a1 1 0 0 1 1.5.85' +
    'v6.1a1 1 0 0 1-1 .95',
  screen: 'M4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5h-15' +
    'A1.5 1.5 0 0 1 3 15.5v-9A1.5 1.5 0 0 1 4.5 5ZM8.5 20.5h7M12 14V8.5' +
    'M9.5 10.7 12 8.2l2.5 2.5',
  leave: 'M3.2 14.6c-.5-.6-.6-1.5-.1-2.2C5 9.9 8.3 8.5 12 8.5s7 1.4 8.9 3.9' +
    'c.5.7.4 1.6-.1 2.2l-1 1.1c-.5.6-1.4.7-2.1.3l-1.8-1.1a1.6 1.6 0 0 1' +
    '-.8-1.4v-1.3a10 10 0 0 0-6.2 0v1.3c0 .6-.3 1.1-.8 1.4L6.3 16' +
    'c-.7.4-1.6.3-2.1-.3Z',
  broken: 'M12 4.5l8.5 15h-17ZM12 10v4.5M12 17v.2',
  link: 'M10.5 13.5a3.8 3.8 0 0 0 5.4 0l3-3a3.8 3.8 0 0 0-5.4-5.4l-1 1' +
    'M13.5 10.5a3.8 3.8 0 0 0-5.4 0l-3 3a3.8 3.8 0 0 0 5.4 5.4l1-1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 3v1.5M12 19.5V21M3 12h1.5' +
    'M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1' +
    'M17.3 6.7l1.1-1.1',
  moon: 'M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2Z',
  up: 'M7 14.5l5-5 5 5',
  more: 'M5.5 12v.01M12 12v.01M18.5 12v.01',
  keyboard: 'M4 6.5h16a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H4' +
    'A1.5 1.5 0 0 1 2.5 16V8A1.5 1.5 0 0 1 4 6.5ZM6 10v.01M9 10v.01' +
    'M12 10v.01M15 10v.01M18 10v.01M8 14h8',
  sound: 'M4.5 9.5H8L12.5 6v12L8 14.5H4.5ZM15.5 9.3a4 4 0 0 1 0 5.4' +
    'M18 6.8a7.5 7.5 0 0 1 0 10.4',
  people: 'M9 5a3.2 3.2 0 1 1 0 6.4A3.2 3.2 0 0 1 9 5ZM3.2 19' +
    'a5.8 5.8 0 0 1 11.6 0M15.5 5.4a3.2 3.2 0 0 1 0 5.7M17.3 14' +
    'a5.8 5.8 0 0 1 3.5 5',
  pin: 'M9 4h6M10 4v5l-3 4h10l-3-4V4M12 13v7',
  pulse: 'M3 13h4l2.5-7 4.5 12 2.5-5H21',
  crown: 'M4 8.5l4.2 3.6L12 5l3.8 7.1L20 8.5l-1.6 9.5H5.6Z',
  lock: 'M8 11V8a4 4 0 0 1 8 0v3M6.5 11h11A1.5 1.5 0 0 1 19 12.5v6' +
    'a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11Z',
  unlock: 'M8 11V7.5a4 4 0 0 1 7.7-1.5M6.5 11h11A1.5 1.5 0 0 1 19 12.5v6' +
    'a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11Z',
  search: 'M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12ZM15 15l5 5',
  bell: 'M5.5 17h13L17 14.5V10a5 5 0 0 0-10 0v4.5ZM10 19.5a2 2 0 0 0 4 0',
  close: 'M6 6l12 12M18 6 6 18',
  grid: 'M4.5 4.5h6v6h-6ZM13.5 4.5h6v6h-6ZM4.5 13.5h6v6h-6Z' +
    'M13.5 13.5h6v6h-6Z',
  speaker: 'M4 5.5h11v13H4ZM18 5.5h2.5v3.5H18ZM18 10.3h2.5v3.5H18Z' +
    'M18 15h2.5v3.5H18Z',
  chart: 'M4 4v15.5h16M7.5 15l4-5 3 3 5-7',
  smile: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM8.5 14' +
    'c.8 1.3 2 2 3.5 2s2.7-.7 3.5-2M9 9.5v.4M15 9.5v.4',
  chat: 'M5.5 4.5h13A1.5 1.5 0 0 1 20 6v9a1.5 1.5 0 0 1-1.5 1.5H11L6.5 20' +
    'v-3.5h-1A1.5 1.5 0 0 1 4 15V6a1.5 1.5 0 0 1 1.5-1.5ZM8 9h8M8 12.5h5',
  attach: 'M19 11.5l-7.2 7.2a4.5 4.5 0 0 1-6.4-6.4l7.5-7.5a3 3 0 0 1 4.3 4.3' +
    'l-7.5 7.5a1.5 1.5 0 0 1-2.2-2.2l6.9-6.8',
  send: 'M4.5 12 20 4.5 15.5 20l-3.5-6.5ZM12 13.5 20 4.5',
  file: 'M7 3.5h7l4 4v13H7ZM14 3.5v4h4M9.5 12h5M9.5 15.5h5',
  hand: 'M7.5 12.5V7a1.4 1.4 0 0 1 2.8 0v4V4.9a1.4 1.4 0 0 1 2.8 0V11' +
    'V6.2a1.4 1.4 0 0 1 2.8 0V12.5 9.2a1.4 1.4 0 0 1 2.8 0V15' +
    'a6 6 0 0 1-6 6h-.9a6 6 0 0 1-4.7-2.3l-3.3-4.3a1.5 1.5 0 0 1 2.3-1.9Z',
} as const;

export type IconName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  if (name === 'leave') path.classList.add('filled');
  if (name === 'more') path.classList.add('dots');
  svg.append(path);
  return svg;
}

/** The mark: three players in a cone of light. */
export function mark(): HTMLImageElement {
  const image = document.createElement('img');
  image.src = 'icon.svg';
  image.alt = '';
  image.className = 'mark';
  return image;
}
