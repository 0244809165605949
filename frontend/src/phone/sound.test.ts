import { expect, test } from 'vitest';
import { between, grade, mos, sampleOf } from './quality';
import { troubleOf, unable } from './trouble';

test('quality is that of the last seconds, not of the shift', () => {
  const before = sampleOf([{ type: 'inbound-rtp', packetsReceived: 10_000, packetsLost: 900, jitter: 0.004 }]);
  const now = sampleOf([
    { type: 'inbound-rtp', packetsReceived: 10_245, packetsLost: 905, jitter: 0.007 },
    { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.042 },
    { type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 },
  ]);
  expect(between(before, now)).toEqual({ loss: 0.02, jitterMs: 7, rttMs: 42 });
});

test('a connection that began anew is not measured against the one before', () => {
  const q = between({ received: 9000, lost: 5, jitterMs: 0, rttMs: 0 }, { received: 95, lost: 5, jitterMs: 1, rttMs: 10 });
  expect(q.loss).toBe(0.05);
  expect(between(undefined, { received: 0, lost: 0, jitterMs: 0, rttMs: 0 })).toEqual({ loss: 0, jitterMs: 0, rttMs: 0 });
});

test('grades follow what people say of such calls', () => {
  const q = (loss: number, jitterMs: number, rttMs: number) => ({ loss, jitterMs, rttMs });
  expect(mos(q(0, 1, 20))).toBeCloseTo(4.39, 1);
  expect([q(0, 2, 40), q(0.001, 4, 60), q(0.05, 10, 120), q(0.1, 40, 400)].map(grade)).toEqual(['good', 'good', 'fair', 'poor']);
});

test('each way of having no microphone is told apart', () => {
  expect(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'OverconstrainedError', 'SecurityError'].map(troubleOf)).toEqual([
    'denied',
    'absent',
    'busy',
    'absent',
    'insecure',
  ]);
  expect(unable({ secure: false, devices: false, connections: true })).toBe('insecure');
  expect(unable({ secure: true, devices: true, connections: false })).toBe('unsupported');
  expect(unable({ secure: true, devices: true, connections: true })).toBeUndefined();
});
