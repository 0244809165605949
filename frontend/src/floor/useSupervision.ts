// A supervisor's telephone in this page, and what they do with it.
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { client } from '../api/client';
import { Line, type Sight, type Ticket } from '../phone/line';
import type { Mode } from './floor';
import { useAgain } from './useFloor';

export type Device = 'browser' | 'telephone';

const place = 'switchboard.floor.device';
const deviceKept = (): Device => (localStorage.getItem(place) === 'telephone' ? 'telephone' : 'browser');

async function ticket(): Promise<Ticket> {
  const answer = await client.POST('/floor/tickets').catch(() => undefined);
  if (answer?.data) return { ticket: answer.data.ticket };
  switch (answer?.response.status) {
    case 401:
      return { none: 'signin' };
    case 403:
    case 404:
      return { none: 'refused' };
    default:
      return { none: 'network' };
  }
}

const modeIn = (card: unknown): string =>
  typeof card === 'object' && card !== null && 'kind' in card && card.kind === 'supervise' ? 'supervise' : '';

/** Answers what rings because I asked for it, and refuses the rest: calls of a desk belong to the desk. */
function useAnswers(line: Line | undefined, sight: Sight | undefined): void {
  const call = sight?.phone.call;
  const ringing = call?.phase === 'ringing' ? call.leg : undefined;
  const ours = modeIn(call?.card) === 'supervise';
  useEffect(() => {
    if (!line || !ringing) return;
    line.ask(ours ? { type: 'answer', leg: ringing } : { type: 'decline', leg: ringing, reason: 'busy' });
  }, [line, ringing, ours]);
}

export type Refusal = 'not_talking' | 'crowded' | 'own_call' | 'not_watching' | 'in_transfer' | 'deaf' | 'other';
const refusals: readonly string[] = ['not_talking', 'crowded', 'own_call', 'not_watching', 'in_transfer', 'deaf'];
const isRefusal = (code: string): code is Refusal => refusals.includes(code);

export type Supervision = {
  device: Device;
  setDevice: (d: Device) => void;
  sight: Sight | undefined;
  line: Line | undefined;
  refused: Refusal | undefined;
  begin: (call: string, mode: Mode) => void;
  stop: (call: string) => void;
  takeOver: (call: string) => void;
  hangUp: () => void;
  pause: (operator: string, reason: PauseReason) => void;
};

export type PauseReason = 'break' | 'lunch' | 'training' | 'technical' | 'other';
export const pauseReasons: readonly PauseReason[] = ['break', 'lunch', 'training', 'technical', 'other'];

/** mode is what I do at a call now, own that I took it over: who only listens has a shut microphone. */
export function useSupervision(mode: Mode | 'own' | undefined): Supervision {
  const [device, choose] = useState(deviceKept);
  const [refused, setRefused] = useState<Refusal>();
  const again = useAgain();
  const line = useMemo(() => (device === 'browser' ? new Line(ticket, 'switchboard.floor.token') : undefined), [device]);
  useEffect(() => {
    line?.start();
    return () => line?.stop();
  }, [line]);
  const sight = useSyncExternalStore(line?.subscribe ?? never, line?.look ?? nowhere);
  useAnswers(line, sight);
  const talking = sight?.phone.call?.phase === 'talking';
  useEffect(() => {
    if (talking) line?.mute(mode === undefined || mode === 'listen');
  }, [line, talking, mode]);

  const done = async (asked: Promise<{ error?: { code?: string }; response: Response }>) => {
    const answer = await asked.catch(() => undefined);
    const code = answer?.error?.code ?? '';
    setRefused(answer?.response.ok ? undefined : isRefusal(code) ? code : 'other');
    again();
  };
  return {
    device,
    setDevice: (d) => {
      localStorage.setItem(place, d);
      choose(d);
    },
    sight,
    line,
    refused,
    begin: (id, m) => done(client.PUT('/floor/calls/{id}/supervision', { params: { path: { id } }, body: { mode: m, device } })),
    stop: (id) => done(client.DELETE('/floor/calls/{id}/supervision', { params: { path: { id } } })),
    takeOver: (id) => done(client.POST('/floor/calls/{id}/take-over', { params: { path: { id } } })),
    hangUp: () => {
      const leg = line?.look().phone.call?.leg;
      if (leg) line?.ask({ type: 'hangup', leg });
    },
    pause: (id, reason) => done(client.POST('/floor/operators/{id}/pause', { params: { path: { id } }, body: { reason } })),
  };
}

const never = () => () => {};
const nowhere = () => undefined;
