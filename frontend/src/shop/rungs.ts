// Who stands where in the ladder of a call: the buyer's side to the left of us, all others to the right.
import type { Schemas } from '../api/client';

export type Trace = Schemas['Trace'];
export type Message = Schemas['SIPMessage'];
export type Party = Schemas['TraceLeg']['party'];

/** A column of the ladder; leg is absent for us. */
export type Column = { leg?: number; party?: Party; name: string };

/** One message as an arrow between two columns. */
export type Rung = { key: number; from: number; to: number; message: Message };

export type Ladder = { columns: Column[]; rungs: Rung[] };

/** Returns the ladder: columns in their order, arrows by time. us is what we call ourselves. */
export function ladder(trace: Trace, us: string): Ladder {
  const legs = (trace.legs ?? []).map((l, leg) => ({ leg, party: l.party, name: l.trunk }));
  const left = legs.filter((l) => l.party === 'buyer');
  const right = legs.filter((l) => l.party !== 'buyer');
  const columns: Column[] = [...left, { name: us }, ...right];
  const we = left.length;
  const place = new Map(columns.map((c, i) => [c.leg, i]));
  const rungs = (trace.messages ?? []).map((message, key) => {
    const there = place.get(message.leg) ?? we;
    return { key, message, from: message.out ? we : there, to: message.out ? there : we };
  });
  return { columns, rungs };
}

/** How a message went: asked, agreed, still under way, refused. */
export const mood = (m: Message): 'ask' | 'wait' | 'yes' | 'no' => {
  if (m.status === 0) return 'ask';
  if (m.status < 200) return 'wait';
  return m.status < 400 ? 'yes' : 'no';
};
