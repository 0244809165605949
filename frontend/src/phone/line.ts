// The thin shell around step: a socket, the sound, a clock. One for a page.
import { type Microphone, Sound } from './audio';
import { deviceName } from './devices';
import { type Act, type Input, newPhone, type Phone, speaks, step } from './phone';
import { type Ask, read, type Sent } from './protocol';
import { between, type Quality, type Sample } from './quality';

/** Everything about the telephone that a screen shows. */
export type Sight = { phone: Phone; microphone: Microphone; quality?: Quality };

export type Ticket = { ticket: string } | { none: 'network' | 'signin' | 'refused' };

type Untimed<T> = T extends unknown ? Omit<T, 'at'> : never;

/** A gap in the clock of the worker that only sleep explains, ms. */
const nap = 5_000;
/** How often quality is measured and told, ms. */
const measure = 5_000;

/** The token of this page before it was reloaded. A tab that is copied must not copy it, so it is kept only while leaving. */
function cameBack(kept: string): string {
  const token = sessionStorage.getItem(kept) ?? '';
  sessionStorage.removeItem(kept);
  return token;
}

export class Line {
  private sight: Sight = { phone: newPhone(deviceName(navigator.userAgent)), microphone: { at: 'asking' } };
  private readonly listeners = new Set<() => void>();
  private readonly sound = new Sound({
    connection: (state) => this.tell({ type: 'connection', state }),
    microphone: (microphone) => this.show({ microphone }),
  });
  private socket: WebSocket | undefined;
  private clock: Worker | undefined;
  private ticked = 0;
  private measured = 0;
  private sample: Sample | undefined;
  private token = '';

  /** kept names where the token stays while this page is loaded anew: another page of the same tab must not find it. */
  constructor(
    private readonly ticket: () => Promise<Ticket>,
    private readonly kept = 'switchboard.desk.token',
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly look = (): Sight => this.sight;

  /** Asks for the microphone, then connects. Without one nothing can be answered, so nothing is. */
  async start(): Promise<void> {
    this.clock ??= this.wind();
    window.addEventListener('online', this.moved);
    window.addEventListener('pagehide', this.leaving);
    if (await this.sound.listen()) this.begin();
  }

  private begin(): void {
    if (this.sight.phone.link.at === 'off') this.tell({ type: 'start', token: cameBack(this.kept) });
  }

  /** Leaves everything as a closed page would. */
  stop(): void {
    window.removeEventListener('online', this.moved);
    window.removeEventListener('pagehide', this.leaving);
    this.clock?.terminate();
    this.clock = undefined;
    this.shut();
    this.sound.end();
    this.leaving();
    this.sight = { phone: newPhone(this.sight.phone.device), microphone: { at: 'asking' } };
  }

  ask(ask: Exclude<Ask, { type: 'offer' }>): void {
    if (ask.type === 'dtmf' && this.sound.dial(ask.keys)) return;
    this.tell({ type: 'ask', ask });
  }

  readonly now = (): void => this.tell({ type: 'now' });
  readonly take = (): void => this.tell({ type: 'take' });
  readonly mute = (muted: boolean): void => this.tell({ type: 'mute', muted });
  /** Tries the microphone again, or another one. */
  readonly relisten = async (): Promise<void> => {
    this.sound.loud();
    if (await this.sound.listen()) this.begin();
  };
  /** The server says that it cannot ring here, whatever this page believes. */
  readonly missing = (): void => this.moved();

  private readonly moved = (): void => this.tell({ type: 'network' });
  private readonly leaving = (): void => {
    if (this.token) sessionStorage.setItem(this.kept, this.token);
  };

  private wind(): Worker {
    const clock = new Worker(new URL('./ticker.ts', import.meta.url), { type: 'module' });
    this.ticked = Date.now();
    clock.onmessage = () => this.tick(Date.now());
    return clock;
  }

  private tick(now: number): void {
    const slept = now - this.ticked > nap;
    this.ticked = now;
    if (slept) this.moved();
    if (this.sight.microphone.at === 'on') this.begin();
    this.tell({ type: 'tick' });
    if (now - this.measured >= measure) {
      this.measured = now;
      this.gauge();
    }
  }

  private async gauge(): Promise<void> {
    const sample = await this.sound.sample();
    if (!sample) return;
    const quality = between(this.sample, sample);
    this.sample = sample;
    this.show({ quality });
    const { call } = this.sight.phone;
    if (call?.phase !== 'talking') return;
    this.ask({ type: 'quality', leg: call.leg, loss: quality.loss, jitter_ms: quality.jitterMs, rtt_ms: quality.rttMs });
  }

  private show(news: Partial<Sight>): void {
    this.sight = { ...this.sight, ...news };
    for (const l of this.listeners) l();
  }

  private tell(input: Untimed<Input>): void {
    const { phone, acts } = step(this.sight.phone, { ...input, at: performance.now() });
    this.sound.mouth(speaks(phone));
    if (phone !== this.sight.phone) this.show({ phone }); // first: what is done may tell something at once
    for (const act of acts) this.act(act);
  }

  private act(act: Act): void {
    switch (act.do) {
      case 'ask ticket':
        this.getTicket();
        break;
      case 'open':
        this.open(act.node);
        break;
      case 'close':
        this.shut();
        break;
      case 'put':
        this.put(act.message);
        break;
      case 'offer':
        this.sound.offer(act.id, act.ice).then(
          (sdp) => this.tell({ type: 'made', id: act.id, sdp }),
          () => this.tell({ type: 'connection', state: 'failed' }),
        );
        break;
      case 'connect':
        this.sound.connect(act.id, act.sdp).catch(() => this.tell({ type: 'connection', state: 'failed' }));
        break;
      case 'keep token':
        this.token = act.token;
        break;
      case 'silence':
        this.shut();
        this.sound.silence();
    }
  }

  private async getTicket(): Promise<void> {
    const got = await this.ticket();
    if ('ticket' in got) this.tell({ type: 'ticket', ticket: got.ticket });
    else this.tell({ type: 'no ticket', why: got.none, chance: Math.random() });
  }

  private open(node?: string): void {
    this.shut();
    const at = node ? `?at=${encodeURIComponent(node)}` : '';
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/rtc${at}`);
    this.socket = socket;
    const mine = (f: () => void) => () => this.socket === socket && f();
    socket.onopen = mine(() => this.tell({ type: 'opened' }));
    socket.onmessage = (e) => {
      const message = read(e.data);
      if (message && this.socket === socket) this.tell({ type: 'heard', message });
    };
    socket.onclose = (e) => this.socket === socket && this.tell({ type: 'closed', code: e.code, chance: Math.random(), node: e.reason });
  }

  private put(message: Sent): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private shut(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }
}
