// A browser's microphone that says a tone, and its ear that knows tones: real WebRTC to the
// real server, with an oscillator where the room's noise would be.
import { tones, whoIsIn } from './tones.mjs';

/** Before any page of the context: its microphone says the tone of who. What it hears is in earOf. */
export function mouthAndEar(context, who) {
  return context.addInitScript((hz) => {
    window.ears = [];
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(...args) {
        super(...args);
        this.addEventListener('track', (e) => window.ears.push(new MediaStream([e.track])));
      }
    };
    navigator.mediaDevices.getUserMedia = async () => {
      const audio = new AudioContext();
      const [tone, quieter, microphone] = [audio.createOscillator(), audio.createGain(), audio.createMediaStreamDestination()];
      tone.frequency.value = hz;
      quieter.gain.value = 0.25;
      tone.connect(quieter).connect(microphone);
      tone.start();
      return microphone.stream;
    };
    window.listen = () => {
      const stream = window.ears.at(-1);
      if (!stream) return undefined;
      if (window.heard?.stream !== stream) {
        const audio = window.heard?.audio ?? new AudioContext();
        const ear = audio.createAnalyser();
        ear.fftSize = 16_384; // a third of a second at 48 kHz
        audio.createMediaStreamSource(stream).connect(ear);
        window.heard = { stream, audio, ear };
      }
      const { audio, ear } = window.heard;
      const samples = new Float32Array(ear.fftSize);
      ear.getFloatTimeDomainData(samples);
      return { rate: audio.sampleRate, samples: [...samples] };
    };
  }, tones[who]);
}

/** Who is heard in a page now, in the order of tones; undefined: it has no ear yet. */
export async function heardIn(page) {
  const heard = await page.evaluate(() => window.listen());
  if (!heard) return undefined;
  const samples = heard.samples.map((s) => s * 32_768);
  return whoIsIn(samples, heard.rate);
}
