// Tones by which the parties of a call are told apart, above the notes of our music.
export const tones = { buyer: 1330, operator: 1870, supervisor: 2410 };

/** G.711 A-law of a sample of 16 bits (ITU-T G.711). */
export function alaw(sample) {
  const sign = sample >= 0 ? 0x80 : 0;
  const s = Math.min(32_635, Math.abs(Math.round(sample))) >> 4;
  let exponent = 7;
  for (let mask = 0x400; exponent > 0 && !(s & mask); mask >>= 1) exponent--;
  const mantissa = exponent === 0 ? (s >> 0) & 0x0f : (s >> (exponent - 1)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

/** The sample of 16 bits that a byte of A-law stands for. */
export function linear(byte) {
  const b = byte ^ 0x55;
  const exponent = (b >> 4) & 7;
  const low = ((b & 0x0f) << 4) + 8;
  const s = exponent === 0 ? low : (low + 0x100) << (exponent - 1);
  return b & 0x80 ? s : -s;
}

/** n seconds of a tone, as A-law at 8 kHz. */
export const toneOf = (hz, n) =>
  Buffer.from(Array.from({ length: 8000 * n }, (_, i) => alaw(8000 * Math.sin((2 * Math.PI * hz * i) / 8000))));

/** The share of the samples' energy that is in a tone, 0 to 1 (Goertzel). Of silence it is 0. */
export function share(samples, hz, rate = 8000) {
  const k = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let [a, b, energy] = [0, 0, 0];
  for (const s of samples) {
    [a, b] = [s + k * a - b, a];
    energy += s * s;
  }
  if (energy / samples.length < 10_000) return 0; // 50 dB under the loudest: nobody
  return (2 * (a * a + b * b - k * a * b)) / (samples.length * energy);
}

/** Who is heard in samples, in the order of tones. */
export const whoIsIn = (samples, rate) => Object.keys(tones).filter((who) => share(samples, tones[who], rate) > 0.1);
