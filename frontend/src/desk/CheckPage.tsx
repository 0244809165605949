import { Button, NativeSelect, Slider } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Choice, choose, chosen, type Devices, devices } from '../phone/devices';
import { echo, type Meter, meter, tone } from '../phone/trial';
import { here, type Trouble, troubleOf } from '../phone/trouble';
import { ring } from './bell';
import css from './desk.module.css';
import { useHouse } from './house';

/** Whether I can hear and be heard, before somebody rings. */
export function CheckPage() {
  const { t } = useTranslation();
  const { mode, setMode, phone } = useHouse();
  return (
    <main style={{ overflow: 'auto', height: '100%' }}>
      <div className={css.page}>
        <div className={css.row}>
          <h1>{t('desk.check.title')}</h1>
          <span className={css.grow} />
          <Link to="/desk">{t('desk.toDesk')}</Link>
        </div>
        <p>{t('desk.check.text')}</p>
        {mode === 'desk phone' && (
          <section className={css.panel}>
            <span>{t('desk.check.onPhone')}</span>
            <div>
              <Button variant="default" onClick={() => setMode('browser')}>
                {t('desk.mode.toBrowser')}
              </Button>
            </div>
          </section>
        )}
        <Trial changed={() => phone?.line.relisten()} />
      </div>
    </main>
  );
}

function useDevices(): [Devices, () => void] {
  const [found, setFound] = useState<Devices>({ microphones: [], speakers: [] });
  const look = () => {
    if ('mediaDevices' in navigator) devices().then(setFound);
  };
  // Looks once, and when told
  useEffect(() => {
    look();
    navigator.mediaDevices?.addEventListener('devicechange', look);
    return () => navigator.mediaDevices?.removeEventListener('devicechange', look);
  }, []);
  return [found, look];
}

function Trial({ changed }: { changed: () => void }) {
  const [choice, setChoice] = useState(chosen);
  const [found, look] = useDevices();
  const set = (change: Partial<Choice>) => {
    const next = { ...choice, ...change };
    choose(next);
    setChoice(next);
    changed();
  };
  return (
    <>
      <Microphone choice={choice} set={set} found={found} look={look} />
      <Speaker choice={choice} set={set} found={found} />
    </>
  );
}

type Part = { choice: Choice; set: (change: Partial<Choice>) => void; found: Devices };

function options(first: string, list: { id: string; name: string }[]) {
  return [{ value: '', label: first }, ...list.map((d) => ({ value: d.id, label: d.name || d.id.slice(0, 8) }))];
}

/** A level that moves when one speaks, and one's own voice a second later. */
function Microphone({ choice, set, found, look }: Part & { look: () => void }) {
  const { t } = useTranslation();
  const [trouble, setTrouble] = useState<Trouble | undefined>(here);
  const [level, setLevel] = useState(0);
  const [echoing, setEchoing] = useState(false);
  const current = useRef<Meter>(undefined);
  // Begins anew for another microphone only
  useEffect(() => {
    if (here()) return;
    let over = false;
    meter(choice.microphone, setLevel).then(
      (m) => {
        if (over) return m.stop();
        current.current = m;
        setTrouble(undefined);
        look();
      },
      (e: unknown) => setTrouble(troubleOf(e instanceof Error ? e.name : '')),
    );
    return () => {
      over = true;
      current.current?.stop();
    };
  }, [choice.microphone]);
  const listen = async () => {
    setEchoing(true);
    if (current.current) await echo(current.current);
    setEchoing(false);
  };
  return (
    <>
      <h2>{t('desk.check.microphone')}</h2>
      <section className={css.panel}>
        {trouble && (
          <p className={css.error} role="alert">
            {t(`desk.microphone.${trouble}`)}
          </p>
        )}
        <div className={css.pair}>
          <NativeSelect
            label={t('desk.check.which')}
            value={choice.microphone}
            onChange={(e) => set({ microphone: e.currentTarget.value })}
            data={options(t('desk.check.first'), found.microphones)}
          />
          <Button variant="default" onClick={listen} loading={echoing} disabled={trouble !== undefined}>
            {t('desk.check.echo')}
          </Button>
        </div>
        <meter className={css.meter} aria-label={t('desk.check.level')} min={0} max={1} value={level} />
        <span className={css.small}>{t(echoing ? 'desk.check.echoing' : 'desk.check.speak')}</span>
      </section>
    </>
  );
}

function Speaker({ choice, set, found }: Part) {
  const { t } = useTranslation();
  const ringOnce = () => {
    const stop = ring();
    setTimeout(stop, 1_500);
  };
  return (
    <>
      <h2>{t('desk.check.speaker')}</h2>
      <section className={css.panel}>
        <div className={css.pair}>
          <NativeSelect
            label={t('desk.check.buyerIn')}
            value={choice.speaker}
            onChange={(e) => set({ speaker: e.currentTarget.value })}
            data={options(t('desk.check.first'), found.speakers)}
          />
          <Button variant="default" onClick={() => tone(choice.speaker)}>
            {t('desk.check.tone')}
          </Button>
        </div>
        <div className={css.pair}>
          <NativeSelect
            label={t('desk.check.bellIn')}
            value={choice.bell}
            onChange={(e) => set({ bell: e.currentTarget.value })}
            data={options(t('desk.check.first'), found.speakers)}
          />
          <Button variant="default" onClick={ringOnce}>
            {t('desk.check.ring')}
          </Button>
        </div>
        <div>
          <span className={css.small} id="volume">
            {t('desk.check.volume')}
          </span>
          <Slider
            aria-labelledby="volume"
            thumbLabel={t('desk.check.volume')}
            value={choice.volume * 100}
            onChangeEnd={(v) => set({ volume: v / 100 })}
            onChange={() => {}}
            label={null}
          />
        </div>
      </section>
    </>
  );
}
