// A recording in the ear: one element that streams, two channels with a tap each.
import { useEffect, useRef, useState } from 'react';
import { client } from '../api/client';
import { useShopName } from './data';
import { past, type Stretch } from './silence';

export type Load = { state: 'asked-nothing' } | { state: 'loading' } | { state: 'ready'; address: string } | { state: 'broken' };
export type Muted = readonly [buyer: boolean, operator: boolean];

type Taps = { context: AudioContext; gains: readonly [GainNode, GainNode] };

/** Both channels go to both ears, each through its own tap. */
function wire(element: HTMLAudioElement): Taps {
  const context = new AudioContext();
  const split = context.createChannelSplitter(2);
  context.createMediaElementSource(element).connect(split);
  const gain = (channel: number) => {
    const g = context.createGain();
    split.connect(g, channel);
    g.connect(context.destination);
    return g;
  };
  return { context, gains: [gain(0), gain(1)] };
}

/** Sound asks for a call's recording when somebody wants to hear it: every listening is written down. */
export function useSound(call: string, silent: readonly Stretch[]) {
  const shop = useShopName();
  const element = useRef<HTMLAudioElement>(null);
  const taps = useRef<Taps>(undefined);
  const wanted = useRef<number | undefined>(undefined);
  const [load, setLoad] = useState<Load>({ state: 'asked-nothing' });
  const [playing, setPlaying] = useState(false);
  const [second, setSecond] = useState(0);
  const [muted, setMuted] = useState<Muted>([false, false]);
  const [speed, setSpeed] = useState(1);
  const [tight, setTight] = useState(false);

  useEffect(() => {
    if (element.current) element.current.playbackRate = speed;
    taps.current?.gains.forEach((g, i) => {
      g.gain.value = muted[i] ? 0 : 1;
    });
  }, [speed, muted]);
  useEffect(() => () => void taps.current?.context.close(), []);

  const ask = async () => {
    setLoad({ state: 'loading' });
    const { data } = await client
      .POST('/calls/{id}/listenings', { params: { path: { id: call }, query: { shop } } })
      .catch(() => ({ data: undefined }));
    setLoad(data ? { state: 'ready', address: data.url } : { state: 'broken' });
  };
  const play = async () => {
    const e = element.current;
    if (!e) return;
    taps.current ??= wire(e);
    taps.current.gains.forEach((g, i) => {
      g.gain.value = muted[i] ? 0 : 1;
    });
    await taps.current.context.resume();
    await e.play();
  };
  /** Moves the head; it need not play for that. */
  const seek = (to: number) => {
    const at = Math.max(0, to);
    setSecond(at);
    if (element.current && load.state === 'ready') element.current.currentTime = at;
    else wanted.current = at;
  };
  /** Plays, from a second if one is given, as soon as there is something to play. */
  const start = (from?: number) => {
    if (from !== undefined) seek(from);
    if (load.state === 'ready') play().catch(() => {});
    else if (load.state !== 'loading') {
      wanted.current ??= second;
      ask();
    }
  };
  const begin = () => {
    const e = element.current;
    if (!e) return;
    e.playbackRate = speed;
    if (wanted.current === undefined) return;
    e.currentTime = wanted.current;
    wanted.current = undefined;
    play().catch(() => {}); // a browser that wants a press first keeps the place
  };
  const tick = () => {
    const e = element.current;
    if (!e || wanted.current !== undefined) return;
    const on = tight && !e.paused ? past(silent, e.currentTime) : undefined;
    if (on !== undefined) e.currentTime = on;
    setSecond(e.currentTime);
  };
  const toggle = (channel: 0 | 1) => setMuted(([a, b]) => (channel === 0 ? [!a, b] : [a, !b]));
  const bind = {
    ref: element,
    src: load.state === 'ready' ? load.address : undefined,
    onPlay: () => setPlaying(true),
    onPause: () => setPlaying(false),
    onEnded: () => setPlaying(false),
    onTimeUpdate: tick,
    onLoadedMetadata: begin,
    onError: () => load.state === 'ready' && setLoad({ state: 'broken' }),
  };
  const pause = () => element.current?.pause();
  return { bind, load, start, seek, pause, playing, second, muted, toggle, speed, setSpeed, tight, setTight };
}

export type Sound = ReturnType<typeof useSound>;
