/** Figures of a network path in words. Pure. */

/** Bits per second as "850 kbit/s" or "2.1 Mbit/s". */
export function rateWords(bitsPerSecond: number): string {
  if (bitsPerSecond < 995_000) {
    return `${Math.round(bitsPerSecond / 10_000) * 10} kbit/s`;
  }
  return `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
}

/** Shares of lost packets, 0 to 1, as "2 % of packets lost out, 0 % in". */
export function lossWords(up: number, down: number): string {
  if (Math.max(up, down) < 0.001) return 'no packets lost';
  return `${percent(up)} of packets lost out, ${percent(down)} in`;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)} %`;
}
