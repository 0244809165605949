// A buyer by sipp, who rings the first shop and has a tone to say.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { info } from './browser.mjs';
import { toneOf } from './tones.mjs';

const folder = await mkdtemp(join(tmpdir(), 'buyer-'));
const sound = join(folder, 'tone.alaw');
await writeFile(sound, toneOf(440, 60));
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
