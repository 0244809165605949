// Trying the devices out: a level, a tone, one's own voice. None of it leaves this computer.

export type Meter = { stream: MediaStream; stop: () => void };

/** Listens to a microphone and tells its level, 0 to 1, ten times a second. */
export async function meter(id: string, tell: (level: number) => void): Promise<Meter> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: id ? { deviceId: { ideal: id } } : true });
  const context = new AudioContext();
  const ear = context.createAnalyser();
  ear.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(ear);
  const wave = new Float32Array(ear.fftSize);
  const beat = setInterval(() => {
    ear.getFloatTimeDomainData(wave);
    const power = wave.reduce((sum, v) => sum + v * v, 0) / wave.length;
    const db = 10 * Math.log10(power + 1e-9);
    tell(Math.max(0, Math.min(1, (db + 60) / 50))); // -60 dB is silence, -10 dB is loud
  }, 100);
  const stop = () => {
    clearInterval(beat);
    context.close();
    for (const track of stream.getTracks()) track.stop();
  };
  return { stream, stop };
}

type Sink = AudioContext & { setSinkId?: (id: string) => Promise<void> };

/** A second of 440 Hz in a loudspeaker. */
export async function tone(sink: string): Promise<void> {
  const context: Sink = new AudioContext();
  if (sink) await context.setSinkId?.(sink).catch(() => {});
  const voice = context.createOscillator();
  const loud = context.createGain();
  loud.gain.value = 0.2;
  voice.frequency.value = 440;
  voice.connect(loud).connect(context.destination);
  voice.start();
  voice.stop(context.currentTime + 1);
  await new Promise((done) => setTimeout(done, 1_200));
  await context.close();
}

/** Gives one's own voice back a second later, for six seconds. */
export async function echo({ stream }: Meter): Promise<void> {
  const context = new AudioContext();
  const late = context.createDelay(2);
  late.delayTime.value = 1;
  context.createMediaStreamSource(stream).connect(late).connect(context.destination);
  await new Promise((done) => setTimeout(done, 6_000));
  await context.close();
}
