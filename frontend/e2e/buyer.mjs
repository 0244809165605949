// A buyer by sipp, who rings the first shop and has a tone to say.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { info } from './browser.mjs';

/** G.711 A-law of a sample of 16 bits (ITU-T G.711). */
function alaw(sample) {
  const sign = sample >= 0 ? 0x80 : 0;
  const s = Math.min(32_635, Math.abs(Math.round(sample))) >> 4;
  let exponent = 7;
  for (let mask = 0x400; exponent > 0 && !(s & mask); mask >>= 1) exponent--;
  const mantissa = exponent === 0 ? (s >> 0) & 0x0f : (s >> (exponent - 1)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

const folder = await mkdtemp(join(tmpdir(), 'buyer-'));
const sound = join(folder, 'tone.alaw');
const tone = Buffer.from(Array.from({ length: 8000 * 60 }, (_, i) => alaw(8000 * Math.sin((2 * Math.PI * 440 * i) / 8000))));
await writeFile(sound, tone);
const scenario = join(folder, 'buyer.xml');
await writeFile(scenario, (await readFile(new URL('buyer.xml', import.meta.url), 'utf8')).replace('SOUND', sound));

/** Rings; the returned process ends with the call. */
export function buyer() {
  const number = info.shops[0].numbers[0];
  const args = [info.sip.udp, '-s', number, '-sf', scenario, '-m', '1', '-i', '127.0.0.1', '-nostdin', '-timeout', '300s'];
  return spawn('sipp', args, { stdio: 'ignore' });
}

/** Takes away what the buyers needed. */
export const noMoreBuyers = () => rm(folder, { recursive: true });

/** What Chromium needs to have a microphone that hums. */
export const audible = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
