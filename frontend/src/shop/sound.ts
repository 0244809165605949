// A recording in the ear: one element that plays, two channels with a tap each.
import { useEffect, useRef, useState } from 'react';
import { peaksOf, type Wave } from './wav';

export type Load =
  | { state: 'asked-nothing' }
  | { state: 'loading' }
  | { state: 'ready'; wave: Wave; address: string }
  | { state: 'broken'; status: number };
export type Muted = readonly [buyer: boolean, operator: boolean];

const bars = 240;

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

/** Sound fetches a recording once, when somebody asks for it: every listening is written down. */
export function useSound(url: string) {
  const element = useRef<HTMLAudioElement>(null);
  const taps = useRef<Taps>(undefined);
  const [load, setLoad] = useState<Load>({ state: 'asked-nothing' });
  const [playing, setPlaying] = useState(false);
  const [second, setSecond] = useState(0);
  const [muted, setMuted] = useState<Muted>([false, false]);
  const [speed, setSpeed] = useState(1);

  const fetchOnce = async () => {
    if (load.state === 'loading' || load.state === 'ready') return;
    setLoad({ state: 'loading' });
    const answer = await fetch(url).catch(() => undefined);
    if (!answer?.ok) return setLoad({ state: 'broken', status: answer?.status ?? 0 });
    const file = await answer.arrayBuffer();
    setLoad({ state: 'ready', wave: peaksOf(file, bars), address: URL.createObjectURL(new Blob([file], { type: 'audio/wav' })) });
  };

  const address = load.state === 'ready' ? load.address : undefined;
  useEffect(() => () => (address ? URL.revokeObjectURL(address) : undefined), [address]);
  useEffect(() => {
    if (element.current) element.current.playbackRate = speed;
    taps.current?.gains.forEach((g, i) => {
      g.gain.value = muted[i] ? 0 : 1;
    });
  }, [speed, muted]);
  useEffect(() => () => void taps.current?.context.close(), []);

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
  const seek = (to: number) => {
    const e = element.current;
    if (!e) return;
    e.currentTime = Math.max(0, Math.min(to, Number.isFinite(e.duration) ? e.duration : to));
    setSecond(e.currentTime);
  };
  const toggle = (channel: 0 | 1) => setMuted(([a, b]) => (channel === 0 ? [!a, b] : [a, !b]));
  const bind = {
    ref: element,
    src: address,
    onPlay: () => setPlaying(true),
    onPause: () => setPlaying(false),
    onEnded: () => setPlaying(false),
    onTimeUpdate: () => setSecond(element.current?.currentTime ?? 0),
    onLoadedMetadata: () => {
      if (element.current) element.current.playbackRate = speed;
    },
  };
  return { bind, load, fetchOnce, play, pause: () => element.current?.pause(), seek, playing, second, muted, toggle, speed, setSpeed };
}
