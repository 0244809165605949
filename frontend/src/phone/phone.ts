// The telephone of the desk as a rule: what it is after each thing that happens,
// and what is to be done about it. No socket, no sound, no clock in here.
import { unreachable } from '../ui/unreachable';
import { type Ask, closed, type Heard, type Ice, type Sent, type Shown } from './protocol';

/** Instants are ms of this computer's monotonic clock, except that they may jump while it sleeps. */
export type Instant = number;

/** card is what the ring said of the call, as the server wrote it. */
export type Call = { leg: string; call: string; card: unknown } & (
  | { phase: 'ringing'; until: Instant }
  | { phase: 'answered' }
  | { phase: 'talking'; held: boolean; muted: boolean }
);

/** Why the telephone stays off until somebody does something. */
export type Over = 'taken' | 'foreign' | 'shift' | 'signin' | 'refused';

export type Link =
  | { at: 'off' }
  | { at: 'ticket'; tries: number }
  | { at: 'opening'; tries: number; ticket?: string }
  | { at: 'busy'; device: string }
  | { at: 'up' }
  | { at: 'cut'; tries: number; retry: Instant }
  | { at: 'over'; why: Over };

/** Audio: none yet, an offer under way since, flowing, or gone and to be offered again. */
export type Media = { at: 'none' } | { at: 'offering'; since: Instant } | { at: 'up' } | { at: 'down' };

export type Phone = {
  device: string;
  link: Link;
  media: Media;
  call?: Call;
  cutSince?: Instant; // when the link was lost, until it is back
  graceMs: number; // how long a call waits for a page that is away
  token: string; // of the session to come back to; empty: none
  node: string; // that has the desk; empty: whichever leads
  ice: Ice[];
  n: number; // number of our newest message
  ack: number; // of theirs
  unheard: readonly (Ask & { n: number })[];
  offers: number;
  refusals: number; // offers in a row that came to nothing
  silentSince?: Instant; // a question to which nothing has come
  taking: boolean; // the desk is to be here even if it is open elsewhere
};

export type Input = { at: Instant } & (
  | { type: 'start'; token?: string }
  | { type: 'ticket'; ticket: string }
  | { type: 'no ticket'; why: 'network' | 'signin' | 'refused'; chance: number }
  | { type: 'opened' }
  | { type: 'heard'; message: Heard }
  | { type: 'closed'; code: number; chance: number; node?: string }
  | { type: 'tick' }
  | { type: 'network' } // it changed, or this computer slept
  | { type: 'now' } // somebody does not want to wait
  | { type: 'take' }
  | { type: 'made'; id: number; sdp: string }
  | { type: 'connection'; state: 'connected' | 'failed' | 'gone' }
  | { type: 'ask'; ask: Exclude<Ask, { type: 'offer' }> }
  | { type: 'mute'; muted: boolean }
);

export type Act =
  | { do: 'ask ticket' }
  | { do: 'open'; node?: string } // a socket, to that node or to the one that leads; one that is there is closed first
  | { do: 'close' }
  | { do: 'put'; message: Sent }
  | { do: 'offer'; id: number; ice: Ice[] } // make a connection, then tell it by 'made'
  | { do: 'connect'; id: number; sdp: string }
  | { do: 'keep token'; token: string }
  | { do: 'silence' }; // take all connections down

export type Step = { phone: Phone; acts: readonly Act[] };

export const newPhone = (device: string): Phone => ({
  device,
  link: { at: 'off' },
  media: { at: 'none' },
  graceMs: 30_000,
  token: '',
  node: '',
  ice: [],
  n: 0,
  ack: 0,
  unheard: [],
  offers: 0,
  refusals: 0,
  taking: false,
});

/** An offer that was not answered for so long is made again, ms. */
const offerPatience = 8_000;
/** A socket that says nothing for so long to a question is dead, though it does not know, ms. */
const silence = 8_000;
/** Waits before the first tries to come back, ms; then the last one for ever. */
const waits = [250, 500, 1_000, 2_000, 4_000, 5_000];
/** Half of a wait is chance, so that a restarted server does not meet all desks at once. */
const wait = (tries: number, chance: number): number => (waits[Math.min(tries, waits.length - 1)] ?? 5_000) * (0.5 + 0.5 * chance);

/** Whether the microphone may be heard. Between calls, on hold and muted it sends silence. */
export const speaks = (phone: Phone): boolean => phone.call?.phase === 'talking' && !phone.call.held && !phone.call.muted;

/** Whether an operator can be rung here now. */
export const reachable = (phone: Phone): boolean => phone.link.at === 'up' && phone.media.at === 'up';

const only = (phone: Phone, ...acts: Act[]): Step => ({ phone, acts });

/** Step tells the phone that something happened, and returns what to do about it, in order. */
export function step(phone: Phone, input: Input): Step {
  switch (input.type) {
    case 'start':
      return begin({ ...phone, token: input.token ?? phone.token }, 0);
    case 'ticket':
      if (phone.link.at !== 'ticket') return only(phone);
      return only({ ...phone, link: { at: 'opening', tries: phone.link.tries, ticket: input.ticket } }, open(phone, phone.link.tries));
    case 'no ticket':
      if (phone.link.at !== 'ticket') return only(phone);
      if (input.why !== 'network') return only({ ...phone, link: { at: 'over', why: input.why } });
      return only(cut(phone, phone.link.tries, input));
    case 'opened':
      return opened(phone);
    case 'heard':
      return heard(phone, input.message, input.at);
    case 'closed':
      return dropped(phone, input);
    case 'tick':
      return ticked(phone, input.at);
    case 'network':
      return network(phone, input.at);
    case 'now':
      return phone.link.at === 'cut' || phone.link.at === 'over' ? begin(phone, triesOf(phone.link)) : only(phone);
    case 'take':
      if (phone.link.at === 'busy') return only({ ...phone, taking: true }, { do: 'put', message: { v: 1, type: 'take' } });
      return phone.link.at === 'over' ? begin({ ...phone, taking: true }, 0) : only(phone);
    case 'made':
      return input.id === phone.offers ? say(phone, { type: 'offer', id: input.id, sdp: input.sdp }) : only(phone);
    case 'connection':
      return connection(phone, input.state, input.at);
    case 'ask':
      return asked(phone, input.ask, input.at);
    case 'mute':
      return only(phone.call?.phase === 'talking' ? { ...phone, call: { ...phone.call, muted: input.muted } } : phone);
    default:
      return unreachable(input);
  }
}

const triesOf = (link: Link): number => (link.at === 'cut' || link.at === 'ticket' || link.at === 'opening' ? link.tries : 0);

/** Tries after which a node that had the desk counts as dead: another may have it by then. */
const faithful = 3;

const open = ({ node }: Phone, tries: number): Act => (node && tries < faithful ? { do: 'open', node } : { do: 'open' });

/** Begins to connect: back to the session if its token is known, else with a new ticket. */
function begin(phone: Phone, tries: number): Step {
  if (phone.token) return only({ ...phone, link: { at: 'opening', tries } }, open(phone, tries));
  return only({ ...phone, link: { at: 'ticket', tries } }, { do: 'ask ticket' });
}

function opened(phone: Phone): Step {
  if (phone.link.at !== 'opening') return only(phone);
  const { ticket } = phone.link;
  const { device, token, ack } = phone;
  const message: Sent = ticket ? { v: 1, type: 'hello', ticket, device } : { v: 1, type: 'hello', token, ack, device };
  return only(phone, { do: 'put', message });
}

function cut(phone: Phone, tries: number, { at, chance }: { at: Instant; chance: number }): Phone {
  return { ...phone, link: { at: 'cut', tries: tries + 1, retry: at + wait(tries, chance) }, cutSince: phone.cutSince ?? at };
}

const off = (phone: Phone, why: Over): Step => {
  const { call: _, cutSince: __, ...rest } = phone;
  const acts: Act[] = [{ do: 'silence' }, { do: 'keep token', token: '' }];
  return { phone: { ...rest, link: { at: 'over', why }, media: { at: 'none' }, token: '', unheard: [] }, acts };
};

function dropped(phone: Phone, input: { code: number; at: Instant; chance: number; node?: string }): Step {
  if (phone.link.at === 'off' || phone.link.at === 'over') return only(phone);
  const tries = triesOf(phone.link);
  switch (input.code) {
    case closed.foreign:
      return off(phone, 'foreign');
    case closed.taken:
      return off(phone, 'taken');
    case closed.shift:
      return off(phone, 'shift');
    case closed.token:
      return begin({ ...phone, token: '', node: '', cutSince: phone.cutSince ?? input.at }, tries);
    case closed.moved: // with a wait: the node that it moves to may not know yet
      return only(cut({ ...phone, token: '', node: input.node ?? '', media: { at: 'none' } }, tries, input));
    case closed.long: // what was too long once would be so again
      return only(cut({ ...phone, unheard: [] }, tries, input));
    case closed.flood:
      return only(cut(phone, Math.max(tries, waits.length - 1), input));
    default:
      return only(cut(phone, tries, input));
  }
}

function ticked(phone: Phone, at: Instant): Step {
  if (phone.link.at === 'cut' && at >= phone.link.retry) return begin(phone, phone.link.tries);
  if (phone.call?.phase === 'ringing' && at >= phone.call.until + 1_000 && phone.link.at !== 'up') return only(without(phone));
  if (phone.silentSince !== undefined && at - phone.silentSince > silence) return network(phone, at);
  return again(phone, at) ? offer(phone, at) : only(phone);
}

/** Tells whether audio has to be offered once more. */
function again(phone: Phone, at: Instant): boolean {
  if (phone.link.at !== 'up') return false;
  if (phone.media.at === 'down') return true;
  return phone.media.at === 'offering' && at - phone.media.since > offerPatience * 2 ** Math.min(phone.refusals, 3);
}

function network(phone: Phone, at: Instant): Step {
  switch (phone.link.at) {
    case 'up':
    case 'opening':
    case 'cut': {
      const { silentSince: _, ...known } = phone;
      const moved: Phone = { ...known, media: phone.media.at === 'none' ? phone.media : { at: 'down' }, cutSince: phone.cutSince ?? at };
      return begin(moved, 0);
    }
    default:
      return only(phone);
  }
}

function offer(phone: Phone, at: Instant): Step {
  const refusals = phone.media.at === 'offering' ? phone.refusals + 1 : phone.refusals;
  const id = phone.offers + 1;
  const unheard = phone.unheard.filter((m) => m.type !== 'offer'); // an older one is of a connection that is no more
  return only({ ...phone, offers: id, refusals, unheard, media: { at: 'offering', since: at } }, { do: 'offer', id, ice: phone.ice });
}

function connection(phone: Phone, state: 'connected' | 'failed' | 'gone', at: Instant): Step {
  if (state === 'connected') return only({ ...phone, media: { at: 'up' }, refusals: 0 });
  if (state === 'gone') return network(phone, at); // the network changed: the socket is as dead
  const down: Phone = { ...phone, media: phone.media.at === 'none' ? phone.media : { at: 'down' } };
  return down.media.at === 'down' && down.link.at === 'up' ? offer(down, at) : only(down);
}

/** Numbers a message and sends it, now or when the link is back. */
function say(phone: Phone, ask: Ask): Step {
  const numbered = { n: phone.n + 1, ...ask };
  const next = { ...phone, n: numbered.n, unheard: [...phone.unheard, numbered] };
  if (phone.link.at !== 'up') return only(next);
  return only(next, { do: 'put', message: { v: 1, ack: phone.ack, ...numbered } });
}

/** Does what the operator wants. What no longer makes sense is not sent. */
function asked(phone: Phone, ask: Exclude<Ask, { type: 'offer' }>, at: Instant): Step {
  if (ask.type === 'bye') return say(phone, ask);
  const { call } = phone;
  if (!call || call.leg !== ask.leg) return only(phone);
  switch (ask.type) {
    case 'answer':
      return call.phase === 'ringing' ? say({ ...phone, call: { ...of(call), phase: 'answered' } }, ask) : only(phone);
    case 'decline':
      return call.phase === 'ringing' ? say(without(phone), ask) : only(phone);
    case 'hangup':
      return call.phase === 'ringing' ? only(phone) : say(phone, ask);
    case 'quality': // of no use later
      if (call.phase !== 'talking' || phone.link.at !== 'up') return only(phone);
      return say({ ...phone, silentSince: phone.silentSince ?? at }, ask);
    default:
      return call.phase === 'talking' ? say(phone, ask) : only(phone);
  }
}

function without(phone: Phone): Phone {
  const { call: _, ...rest } = phone;
  return rest;
}

/** Which call it is, whatever its phase. */
const of = ({ leg, call, card }: Call | Shown): { leg: string; call: string; card: unknown } => ({ leg, call, card });

const callOf = (s: Shown, at: Instant, muted: boolean): Call => {
  switch (s.phase) {
    case 'ringing':
      return { ...of(s), phase: 'ringing', until: at + s.forMs };
    case 'answered':
      return { ...of(s), phase: 'answered' };
    case 'talking':
      return { ...of(s), phase: 'talking', held: s.held, muted };
    default:
      return unreachable(s.phase);
  }
};

function heard(phone: Phone, m: Heard, at: Instant): Step {
  if (m.type === 'welcome') return welcome(phone, m, at);
  if (m.type === 'busy') {
    const busy: Phone = { ...phone, link: { at: 'busy', device: m.device } };
    return phone.taking ? only(busy, { do: 'put', message: { v: 1, type: 'take' } }) : only(busy);
  }
  if (phone.link.at !== 'up' || (m.n !== 0 && m.n <= phone.ack)) return only(phone);
  const { silentSince: _, ...spoken } = phone; // whatever it says, it is there
  const noted: Phone = { ...spoken, ack: Math.max(phone.ack, m.n), unheard: phone.unheard.filter((u) => u.n > m.ack) };
  const { phone: next, acts } = told(noted, m, at);
  return { phone: next, acts: m.n === 0 ? acts : [{ do: 'put', message: { v: 1, type: 'ack', ack: noted.ack } }, ...acts] };
}

/** The link is there: shows what the server says, and sends again what it did not hear. */
function welcome(phone: Phone, m: Extract<Heard, { type: 'welcome' }>, at: Instant): Step {
  const byToken = phone.link.at === 'opening' && phone.link.ticket === undefined;
  const unheard = byToken ? phone.unheard.filter((u) => u.n > m.heard) : [];
  const ack = m.resumed ? phone.ack : 0;
  const muted = phone.call?.phase === 'talking' && phone.call.muted && phone.call.leg === m.state?.leg;
  const { cutSince: _, silentSince: __, ...known } = without(phone);
  const next: Phone = {
    ...known,
    link: { at: 'up' },
    taking: false,
    token: m.token,
    ice: m.ice,
    graceMs: m.graceMs,
    node: m.node,
    ack,
    n: Math.max(byToken ? phone.n : 0, m.heard),
    unheard,
    ...(m.state && { call: callOf(m.state, at, muted) }),
  };
  const offered = next.media.at === 'up' && byToken ? only(next) : offer(next, at);
  const puts = offered.phone.unheard.map((u): Act => ({ do: 'put', message: { v: 1, ack, ...u } }));
  return { phone: offered.phone, acts: [{ do: 'keep token', token: m.token }, ...puts, ...offered.acts] };
}

type Numbered = Exclude<Heard, { type: 'welcome' | 'busy' }>;

function told(phone: Phone, m: Numbered, at: Instant): Step {
  switch (m.type) {
    case 'answer':
      return m.id === phone.offers ? only(phone, { do: 'connect', id: m.id, sdp: m.sdp }) : only(phone);
    case 'media':
      return media(phone, m.up, at);
    case 'ring': // one that was answered meanwhile does not ring again
      if (phone.call?.leg === m.leg) return only(phone);
      return only({ ...phone, call: { leg: m.leg, call: m.call, card: m.card, phase: 'ringing', until: at + m.forMs } });
    case 'stop':
    case 'ended':
      return only(phone.call?.leg === m.leg ? without(phone) : phone);
    case 'joined':
      if (phone.call?.leg !== m.leg || phone.call.phase === 'talking') return only(phone);
      return only({ ...phone, call: { ...of(phone.call), phase: 'talking', held: false, muted: false } });
    case 'held':
      if (phone.call?.leg !== m.leg || phone.call.phase !== 'talking') return only(phone);
      return only({ ...phone, call: { ...phone.call, held: m.held } });
    case 'error':
      return m.code === 'media' ? only({ ...phone, refusals: phone.refusals + 1 }) : only(phone);
    case 'uplink':
    case 'other':
      return only(phone);
    default:
      return unreachable(m);
  }
}

function media(phone: Phone, up: boolean, at: Instant): Step {
  if (up) return only({ ...phone, media: { at: 'up' }, refusals: 0 });
  return phone.media.at === 'offering' ? only(phone) : offer({ ...phone, media: { at: 'down' } }, at);
}
