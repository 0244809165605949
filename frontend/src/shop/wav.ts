// Peaks of a recording, straight from its samples: A-law, mu-law and 16-bit PCM, as the switch writes them.

export type Wave = { rate: number; seconds: number; channels: Float32Array[] };

const text = (d: DataView, at: number) => String.fromCharCode(d.getUint8(at), d.getUint8(at + 1), d.getUint8(at + 2), d.getUint8(at + 3));

/** ITU-T G.711: the value of an A-law byte, -1..1. */
function aLaw(byte: number): number {
  const a = byte ^ 0x55;
  const [e, m] = [(a & 0x70) >> 4, a & 0x0f];
  const v = e === 0 ? (m << 4) + 8 : ((m << 4) + 0x108) << (e - 1);
  return (a & 0x80 ? v : -v) / 32768;
}

/** ITU-T G.711: the value of a mu-law byte, -1..1. */
function muLaw(byte: number): number {
  const u = ~byte & 0xff;
  const v = ((((u & 0x0f) << 3) + 0x84) << ((u & 0x70) >> 4)) - 0x84;
  return (u & 0x80 ? -v : v) / 32768;
}

type Coding = { width: number; read: (d: DataView, at: number) => number };

function codingOf(format: number, bits: number): Coding {
  if (format === 6 && bits === 8) return { width: 1, read: (d, at) => aLaw(d.getUint8(at)) };
  if (format === 7 && bits === 8) return { width: 1, read: (d, at) => muLaw(d.getUint8(at)) };
  if (format === 1 && bits === 16) return { width: 2, read: (d, at) => d.getInt16(at, true) / 32768 };
  throw new Error(`read a recording: coding ${format} of ${bits} bits is unknown`);
}

type Chunks = { format: number; count: number; rate: number; bits: number; from: number; bytes: number };

function chunks(d: DataView): Chunks {
  if (d.byteLength < 44 || text(d, 0) !== 'RIFF' || text(d, 8) !== 'WAVE') throw new Error('read a recording: no WAV');
  const c: Chunks = { format: 0, count: 0, rate: 0, bits: 0, from: 0, bytes: 0 };
  for (let at = 12; at + 8 <= d.byteLength; ) {
    const size = d.getUint32(at + 4, true);
    if (text(d, at) === 'fmt ') {
      Object.assign(c, {
        format: d.getUint16(at + 8, true),
        count: d.getUint16(at + 10, true),
        rate: d.getUint32(at + 12, true),
        bits: d.getUint16(at + 22, true),
      });
    }
    if (text(d, at) === 'data') {
      return { ...c, from: at + 8, bytes: Math.min(size, d.byteLength - at - 8) };
    }
    at += 8 + size + (size % 2);
  }
  throw new Error('read a recording: no sound in it');
}

/** Returns bars peaks a channel, each the loudest sample of its stretch, 0..1. */
export function peaksOf(file: ArrayBuffer, bars: number): Wave {
  const d = new DataView(file);
  const c = chunks(d);
  const { width, read } = codingOf(c.format, c.bits);
  const frames = Math.floor(c.bytes / (width * c.count));
  const channels = Array.from({ length: c.count }, () => new Float32Array(bars));
  for (let i = 0; i < frames; i++) {
    const bar = Math.min(bars - 1, Math.floor((i * bars) / frames));
    channels.forEach((peaks, ch) => {
      const loud = Math.abs(read(d, c.from + (i * c.count + ch) * width));
      if (loud > (peaks[bar] ?? 0)) peaks[bar] = loud;
    });
  }
  return { rate: c.rate, seconds: c.rate > 0 ? frames / c.rate : 0, channels };
}
