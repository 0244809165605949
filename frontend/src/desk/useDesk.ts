// The desk as the server has it, and what can be asked of it.
import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { client } from '../api/client';
import { Watch, type Watched } from '../live/watched';
import type { Desk } from './scene';

export type Seen = Watched<Desk>;

const watch = new Watch<Desk>({
  name: 'desk',
  read: () => client.GET('/desk', { cache: 'no-store' }),
  stream: '/api/v1/desk/events',
  is: (v): v is Desk => typeof v === 'object' && v !== null && 'operator_id' in v && 'state' in v && 'shift' in v,
  told: (desk) => Date.parse(desk.now),
  pace: 5_000,
});

export const useSeen = watch.use;

export type PauseReason = 'break' | 'lunch' | 'training' | 'technical' | 'other';
export const pauseReasons: readonly PauseReason[] = ['break', 'lunch', 'training', 'technical', 'other'];

/** What the operator can do by the server. Each returns whether it was done. */
export type Orders = {
  refresh: () => void;
  ready: () => Promise<boolean>;
  pause: (reason: PauseReason) => Promise<boolean>;
  finish: () => Promise<boolean>;
  extend: () => Promise<boolean>;
  onCall: (
    verb: 'hangup' | 'hold' | 'resume' | 'mute' | 'unmute' | 'pause-recording' | 'resume-recording' | 'stop-recording',
    call: string,
  ) => Promise<boolean>;
};

type Answer = { data?: Desk; response: Response };

export function useOrders(): Orders {
  const queries = useQueryClient();
  return useMemo(() => {
    const done = async (asked: Promise<Answer>): Promise<boolean> => {
      const answer = await asked.catch(() => undefined);
      if (answer?.data) watch.put(queries, answer.data);
      else watch.refresh(queries);
      return answer?.response.ok ?? false;
    };
    return {
      refresh: () => watch.refresh(queries),
      ready: () => done(client.POST('/desk/ready')),
      pause: (reason) => done(client.POST('/desk/pause', { body: { reason } })),
      finish: () => done(client.POST('/desk/finish')),
      extend: () => done(client.POST('/desk/extend')),
      onCall: (verb, id) => done(client.POST(`/desk/calls/{id}/${verb}`, { params: { path: { id } } })),
    };
  }, [queries]);
}
