// Where a recording says nothing, from the loudness of its stretches.

export type Stretch = { from: number; to: number };
type Peaks = { duration_s: number; buyer: readonly number[] | null; operator: readonly number[] | null };

/** Below this, of 255, a telephone line is taken for silent: its own noise is quieter, whispering is louder. */
const quiet = 5;
const shortest = 1.5;

/** The stretches of more than 1.5 s in which neither speaks, in seconds. */
export function silences({ duration_s, buyer, operator }: Peaks): Stretch[] {
  const bars = Math.min(buyer?.length ?? 0, operator?.length ?? 0);
  const second = (bar: number) => (bar * duration_s) / bars;
  const found: Stretch[] = [];
  let from: number | undefined;
  for (let i = 0; i <= bars; i++) {
    const silent = i < bars && (buyer?.[i] ?? 0) <= quiet && (operator?.[i] ?? 0) <= quiet;
    if (silent) from ??= i;
    else if (from !== undefined) {
      if (second(i) - second(from) > shortest) found.push({ from: second(from), to: second(i) });
      from = undefined;
    }
  }
  return found;
}

/** What is kept of a silence at each side, s: words are not clipped, and a pause is still heard. */
const margin = 0.3;

/** Where to go on from a second, if a silence is to be left out there. */
export function past(silent: readonly Stretch[], second: number): number | undefined {
  const here = silent.find((s) => second >= s.from + margin && second < s.to - margin);
  return here && here.to - margin;
}

/** The loudest of each of so many stretches, 0..1. */
export function drawn(peaks: readonly number[], bars: number): number[] {
  return Array.from({ length: bars }, (_, i) => {
    const [from, to] = [Math.floor((i * peaks.length) / bars), Math.floor(((i + 1) * peaks.length) / bars)];
    return Math.max(0, ...peaks.slice(from, Math.max(to, from + 1))) / 255;
  });
}
