import { ActionIcon, Button, SegmentedControl } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconRewindBackward5, IconRewindForward5 } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { clock } from '../ui/format';
import { useKeys } from '../ui/keys';
import { Comments } from './Comments';
import css from './call.module.css';
import { type Story, useShopName } from './data';
import { type Taken, taken } from './Path';
import type { Script } from './script';
import { silences } from './silence';
import { type Sound, useSound } from './sound';
import { Download, TapedNotes } from './Taped';
import { Tracks } from './Tracks';
import { useOffer } from './verbs';

const speeds = [1, 1.5, 2];

/** Two channels, one time line: the buyer above, the operator below, the script's steps over both. */
export function Player({ story, script }: { story: Story; script: Script | undefined }) {
  const { t } = useTranslation();
  const peaks = usePeaks(story);
  const silent = useMemo(() => (peaks ? silences(peaks) : []), [peaks]);
  const sound = useSound(story.id, silent);
  const length = peaks?.duration_s ?? story.recording?.duration_s ?? 0;
  const steps = useMemo(() => taken(story, script).filter((s) => s.second !== undefined && s.second <= length), [story, script, length]);
  const [writing, setWriting] = useState<number>();
  usePlace(sound);
  usePlayerKeys(sound, steps, () => setWriting(Math.floor(sound.second)));
  return (
    <section className={css.player} aria-label={t('player.title')}>
      <audio {...sound.bind} preload="metadata" />
      <Transport sound={sound} length={length} url={story.recording_url ?? ''} note={() => setWriting(Math.floor(sound.second))} />
      <Tracks length={length} steps={steps} story={story} sound={sound} peaks={peaks} />
      {story.recording && <TapedNotes recording={story.recording} />}
      <Comments story={story} writing={writing} close={() => setWriting(undefined)} play={sound.start} />
    </section>
  );
}

/** How the recording looks, from the server. The player works without it. */
function usePeaks(story: Story) {
  const params = { path: { id: story.id }, query: { shop: useShopName() } };
  return api.useQuery('get', '/calls/{id}/peaks', { params }, { staleTime: Number.POSITIVE_INFINITY, retry: false }).data;
}

/** Begins at the second in the address, and writes there where somebody stopped. */
function usePlace(sound: Sound) {
  const { t: place } = useSearch({ from: '/inside/s/$shop/calls/$call' });
  const go = useNavigate({ from: '/s/$shop/calls/$call' });
  const here = Math.floor(sound.second);
  const { playing, start } = sound;
  useEffect(() => {
    if (place !== undefined && place !== here) start(place);
  }, [place]);
  useEffect(() => {
    if (playing || here === 0 || here === place) return;
    const settle = setTimeout(() => go({ search: { t: here }, hash: true, replace: true, resetScroll: false }), 400);
    return () => clearTimeout(settle);
  }, [playing, here, place, go]);
}

function usePlayerKeys(sound: Sound, steps: readonly Taken[], note: () => void) {
  const { t } = useTranslation();
  const { second, start, playing, pause } = sound;
  const toggle = () => (playing ? pause() : start());
  const speedBy = (by: 1 | -1) => sound.setSpeed(speeds[Math.max(0, Math.min(speeds.length - 1, speeds.indexOf(sound.speed) + by))] ?? 1);
  useKeys({
    Space: toggle,
    ArrowLeft: () => start(second - 5),
    ArrowRight: () => start(second + 5),
    'Shift+ArrowLeft': () => start([...steps].reverse().find((s) => (s.second ?? 0) < second - 1)?.second ?? 0),
    'Shift+ArrowRight': () => start(steps.find((s) => (s.second ?? 0) > second + 0.1)?.second ?? second),
    Comma: () => speedBy(-1),
    Period: () => speedBy(1),
    KeyC: note,
  });
  const play = t(playing ? 'player.pause' : 'player.play');
  useOffer(useMemo(() => [{ id: 'play', label: play, key: 'Space', run: playing ? pause : () => start() }], [play, playing]));
}

type TransportProps = { sound: Sound; length: number; url: string; note: () => void };

function Transport({ sound, length, url, note }: TransportProps) {
  const { t } = useTranslation();
  const { load, second, playing, start, pause } = sound;
  return (
    <div className={css.transport}>
      <ActionIcon
        variant="filled"
        color="cord"
        size={40}
        radius={20}
        loading={load.state === 'loading'}
        aria-label={t(playing ? 'player.pause' : 'player.play')}
        aria-keyshortcuts="Space"
        onClick={() => (playing ? pause() : start())}
      >
        {playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
      </ActionIcon>
      <ActionIcon size={32} aria-label={t('player.back')} aria-keyshortcuts="ArrowLeft" onClick={() => start(second - 5)}>
        <IconRewindBackward5 size={18} />
      </ActionIcon>
      <ActionIcon size={32} aria-label={t('player.forward')} aria-keyshortcuts="ArrowRight" onClick={() => start(second + 5)}>
        <IconRewindForward5 size={18} />
      </ActionIcon>
      <span className={css.position}>
        <b>{clock(second)}</b> {t('player.of', { length: clock(length) })}
      </span>
      <SegmentedControl
        size="xs"
        aria-label={t('player.speed')}
        value={String(sound.speed)}
        onChange={(v) => sound.setSpeed(Number(v))}
        data={speeds.map((s) => ({ value: String(s), label: t('player.times', { speed: s, formatParams: { speed: {} } }) }))}
      />
      <Button
        variant={sound.tight ? 'light' : 'default'}
        size="xs"
        aria-pressed={sound.tight}
        title={t('player.tightNote')}
        onClick={() => sound.setTight(!sound.tight)}
      >
        {t('player.tight')}
      </Button>
      <span className={css.grow} />
      <span className={css.aside} role={load.state === 'broken' ? 'alert' : undefined}>
        {load.state === 'broken' ? t('player.broken') : t('player.audited')}
      </span>
      <Download url={url} />
      <Button variant="default" size="xs" aria-keyshortcuts="C" onClick={note}>
        {t('comments.at', { at: clock(second) })}
      </Button>
    </div>
  );
}
