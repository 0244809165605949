// The telephone of this page, one for as long as the page is there.

import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { client } from '../api/client';
import { Line, type Sight, type Ticket } from '../phone/line';

const place = 'switchboard.phone';
export type Mode = 'browser' | 'desk phone';

/** What the operator chose here before; undefined: nothing yet. */
export function modeKept(): Mode | undefined {
  const kept = localStorage.getItem(place);
  return kept === 'browser' || kept === 'desk phone' ? kept : undefined;
}
export const keepMode = (mode: Mode): void => localStorage.setItem(place, mode);

async function ticket(): Promise<Ticket> {
  const answer = await client.POST('/desk/tickets').catch(() => undefined);
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

/** Starts the telephone if calls are answered in the browser. */
export function useLine(mode: Mode | undefined): { line: Line; sight: Sight } | undefined {
  const line = useMemo(() => (mode === 'browser' ? new Line(ticket) : undefined), [mode]);
  useEffect(() => {
    line?.start();
    return () => line?.stop();
  }, [line]);
  const sight = useSyncExternalStore(line?.subscribe ?? never, line?.look ?? nowhere);
  return line && sight ? { line, sight } : undefined;
}

const never = () => () => {};
const nowhere = () => undefined;
