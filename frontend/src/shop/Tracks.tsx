import { IconVolume, IconVolumeOff } from '@tabler/icons-react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { clock } from '../ui/format';
import css from './call.module.css';
import type { Story } from './data';
import type { Taken } from './Path';
import { drawn } from './silence';
import type { Sound } from './sound';
import { Gaps } from './Taped';
import { holds } from './timeline';

type Props = { length: number; steps: Taken[]; story: Story; sound: Sound; peaks: Schemas['Peaks'] | undefined };

/** Both channels over one time line, which is a slider too. */
export function Tracks({ length, steps, story, sound, peaks }: Props) {
  const { t } = useTranslation();
  const { second, muted, start } = sound;
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
        aria-valuenow={Math.round(Math.min(second, length))}
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
        <Channel peaks={peaks?.buyer} who="buyer" played={second / length} muted={muted[0]} />
        <Channel peaks={peaks?.operator} who="operator" played={second / length} muted={muted[1]} />
        {holds(story.events ?? []).map((h) => (
          <div
            key={h.from}
            className={css.hold}
            title={t('moment.held')}
            style={{ left: share((h.from - zero) / 1000), width: share((h.to - h.from) / 1000) }}
          />
        ))}
        {story.recording && <Gaps recording={story.recording} share={share} />}
        <div className={css.head2} style={{ left: share(second) }} />
      </div>
    </div>
  );
}

const bars = 240;

type ChannelProps = { peaks: readonly number[] | null | undefined; who: 'buyer' | 'operator'; played: number; muted: boolean };

/** The loudest sample of each stretch, drawn by loudness: a telephone's quiet speech is seen too. */
function Channel({ peaks, who, played, muted }: ChannelProps) {
  return (
    <svg
      className={css.wave}
      data-who={who}
      data-muted={muted || undefined}
      viewBox={`0 0 ${bars * 4} 44`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {drawn(peaks ?? [], bars).map((p, i) => {
        const tall = Math.max(1.5, Math.sqrt(p) * 42);
        return <rect key={i} x={i * 4} width={2.4} y={22 - tall / 2} height={tall} rx={1.2} data-played={i / bars < played || undefined} />;
      })}
    </svg>
  );
}
