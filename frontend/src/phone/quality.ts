// How well two people hear each other, from what a browser counts. Pure.

/** Counts since the connection began. */
export type Sample = { received: number; lost: number; jitterMs: number; rttMs: number };
/** Of the last seconds: loss is a share, 0 to 1. */
export type Quality = { loss: number; jitterMs: number; rttMs: number };
export type Grade = 'good' | 'fair' | 'poor';

type Report = { type: string; [field: string]: unknown };
const count = (r: Report, name: string): number => {
  const v = r[name];
  return typeof v === 'number' && Number.isFinite(v) && v > 0 ? v : 0;
};

/** Reads what RTCPeerConnection.getStats tells. */
export function sampleOf(reports: Iterable<Report>): Sample {
  const sample = { received: 0, lost: 0, jitterMs: 0, rttMs: 0 };
  for (const r of reports) {
    if (r.type === 'inbound-rtp') {
      sample.received += count(r, 'packetsReceived');
      sample.lost += count(r, 'packetsLost');
      sample.jitterMs = Math.max(sample.jitterMs, count(r, 'jitter') * 1000);
    }
    if (r.type === 'candidate-pair' && r.nominated === true) sample.rttMs = Math.max(sample.rttMs, count(r, 'currentRoundTripTime') * 1000);
  }
  return sample;
}

/** Returns the quality between two samples; a connection that began anew counts from its own beginning. */
export function between(before: Sample | undefined, now: Sample): Quality {
  const from = before && before.received <= now.received && before.lost <= now.lost ? before : { received: 0, lost: 0 };
  const lost = now.lost - from.lost;
  const all = lost + now.received - from.received;
  return { loss: all > 0 ? lost / all : 0, jitterMs: now.jitterMs, rttMs: now.rttMs };
}

/** Mean opinion score of G.711 with concealment, 1 to 4.5: the E-model of ITU-T G.107, with the losses of G.113. */
export function mos(q: Quality): number {
  const delay = q.rttMs / 2 + 2 * q.jitterMs + 30; // there, the jitter buffer, a packet and its handling
  const late = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const missing = (95 * (q.loss * 100)) / (q.loss * 100 + 25.1);
  const r = Math.max(0, Math.min(100, 93.2 - late - missing));
  return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}

/** What to call it: above 4.0 nobody complains, below 3.6 many do (G.107, annex B). */
export function grade(q: Quality): Grade {
  const score = mos(q);
  return score >= 4 ? 'good' : score >= 3.6 ? 'fair' : 'poor';
}
