import { ActionIcon, SegmentedControl } from '@mantine/core';
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRewindBackward5,
  IconRewindForward5,
  IconVolume,
  IconVolumeOff,
} from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import { useKeys } from '../ui/keys';
import css from './call.module.css';
import type { Story } from './data';
import { type Taken, taken } from './Path';
import type { Script } from './script';
import { useSound } from './sound';
import { holds } from './timeline';

const speeds = [1, 1.5, 2];

/** Two channels, one time line: the buyer above, the operator below, the script's steps over both. */
export function Player({ story, script }: { story: Story; script: Script | undefined }) {
  const { t } = useTranslation();
  const { t: place } = useSearch({ from: '/inside/s/$shop/calls/$call' });
  const sound = useSound(story.recording_url ?? '');
  const { load, second, playing } = sound;
  const length = load.state === 'ready' ? load.wave.seconds : (story.recording?.duration_s ?? 0);
  const steps = useMemo(() => taken(story, script).filter((s) => s.second !== undefined && s.second <= length), [story, script, length]);
  const wanted = useRef<number | undefined>(undefined);

  const start = (from?: number) => {
    wanted.current = from ?? wanted.current ?? second;
    if (load.state === 'ready') {
      if (from !== undefined) sound.seek(from);
      wanted.current = undefined;
      sound.play();
    } else sound.fetchOnce();
  };
  useEffect(() => {
    if (load.state !== 'ready' || wanted.current === undefined) return;
    sound.seek(wanted.current);
    wanted.current = undefined;
    sound.play().catch(() => {}); // a browser that wants a press first keeps the place
  });
  useEffect(() => {
    if (place !== undefined) start(place);
  }, [place]);

  const toggle = () => (playing ? sound.pause() : start());
  const speedBy = (by: 1 | -1) => sound.setSpeed(speeds[Math.max(0, Math.min(speeds.length - 1, speeds.indexOf(sound.speed) + by))] ?? 1);
  useKeys({
    Space: toggle,
    ArrowLeft: () => start(second - 5),
    ArrowRight: () => start(second + 5),
    'Shift+ArrowLeft': () => start([...steps].reverse().find((s) => (s.second ?? 0) < second - 1)?.second ?? 0),
    'Shift+ArrowRight': () => start(steps.find((s) => (s.second ?? 0) > second + 0.1)?.second ?? second),
    Comma: () => speedBy(-1),
    Period: () => speedBy(1),
  });
  return (
    <section className={css.player} aria-label={t('player.title')}>
      <audio {...sound.bind} preload="auto" />
      <div className={css.transport}>
        <ActionIcon
          variant="filled"
          color="cord"
          size={40}
          radius={20}
          loading={load.state === 'loading'}
          aria-label={t(playing ? 'player.pause' : 'player.play')}
          aria-keyshortcuts="Space"
          onClick={toggle}
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
        <span className={css.grow} />
        <span className={css.aside} role={load.state === 'broken' ? 'alert' : undefined}>
          {load.state === 'broken' ? t('player.broken') : t('player.audited')}
        </span>
      </div>
      <Tracks length={length} steps={steps} story={story} sound={sound} start={start} />
    </section>
  );
}

type TracksProps = { length: number; steps: Taken[]; story: Story; sound: ReturnType<typeof useSound>; start: (at?: number) => void };

function Tracks({ length, steps, story, sound, start }: TracksProps) {
  const { t } = useTranslation();
  const { load, second, muted } = sound;
  const share = (s: number) => `${length > 0 ? Math.min(100, (s / length) * 100) : 0}%`;
  const zero = Date.parse(story.started_at) + (story.recording?.offset_s ?? 0) * 1000;
  const here = steps.findLast((s) => (s.second ?? 0) <= second);
  const seek = (e: PointerEvent<HTMLDivElement>) => {
    const box = e.currentTarget.getBoundingClientRect();
    start(((e.clientX - box.left) / box.width) * length);
  };
  const press = (e: KeyboardEvent) => {
    if (e.code !== 'Home' && e.code !== 'End') return;
    e.preventDefault();
    start(e.code === 'Home' ? 0 : length);
  };
  const peaks = load.state === 'ready' ? load.wave.channels : [];
  return (
    <div className={css.tracks}>
      <div className={css.names}>
        {(['buyer', 'operator'] as const).map((who, i) => (
          <button
            key={who}
            type="button"
            aria-pressed={muted[i]}
            title={t(muted[i] ? 'player.unmute' : 'player.mute')}
            onClick={() => sound.toggle(i === 0 ? 0 : 1)}
          >
            {muted[i] ? <IconVolumeOff size={14} aria-hidden /> : <IconVolume size={14} aria-hidden />}
            {t(`player.${who}`)}
          </button>
        ))}
      </div>
      <div
        className={css.timeline}
        role="slider"
        tabIndex={0}
        aria-label={t('player.position')}
        aria-valuemin={0}
        aria-valuemax={Math.round(length)}
        aria-valuenow={Math.round(second)}
        aria-valuetext={here ? t('player.at', { at: clock(second), step: here.name }) : clock(second)}
        onPointerDown={seek}
        onKeyDown={press}
      >
        <div className={css.steps} aria-hidden>
          {steps.map((s, i) => {
            const end = steps[i + 1]?.second ?? length;
            const wide = (end - (s.second ?? 0)) / Math.max(1, length) > 0.06;
            return (
              <span
                key={s.seq}
                data-here={s === here || undefined}
                title={s.name}
                style={{ left: share(s.second ?? 0), width: wide ? share(end - (s.second ?? 0)) : 0 }}
              >
                {wide ? s.name : ''}
              </span>
            );
          })}
        </div>
        <Channel peaks={peaks[0]} who="buyer" played={second / length} muted={muted[0]} />
        <Channel peaks={peaks[1]} who="operator" played={second / length} muted={muted[1]} />
        {holds(story.events ?? []).map((h) => (
          <div key={h.from} className={css.hold} style={{ left: share((h.from - zero) / 1000), width: share((h.to - h.from) / 1000) }} />
        ))}
        <div className={css.head2} style={{ left: share(second) }} />
      </div>
    </div>
  );
}

const bars = 240;
const still = new Float32Array(bars);

type ChannelProps = { peaks: Float32Array | undefined; who: 'buyer' | 'operator'; played: number; muted: boolean };

/** The loudest sample of each stretch, drawn by loudness: a telephone's quiet speech is seen too. */
function Channel({ peaks = still, who, played, muted }: ChannelProps) {
  return (
    <svg
      className={css.wave}
      data-who={who}
      data-muted={muted || undefined}
      viewBox={`0 0 ${bars * 4} 44`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {Array.from(peaks, (p, i) => {
        const tall = Math.max(1.5, Math.sqrt(p) * 42);
        return <rect key={i} x={i * 4} width={2.4} y={22 - tall / 2} height={tall} rx={1.2} data-played={i / bars < played || undefined} />;
      })}
    </svg>
  );
}
