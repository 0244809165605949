import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconEar } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wrong } from '../live/clock';
import { clock } from '../ui/format';
import { useFormat, useNow } from '../ui/person';
import css from './desk.module.css';
import { useHouse } from './house';
import { isInCall } from './scene';

type State = 'lost' | 'offered' | 'ready' | 'talking';

const glyphs = { lost: IconAlertTriangle, offered: IconAlertTriangle, ready: IconCircleCheck, talking: IconEar } as const;

function Bar({ state, children, actions }: { state: State; children: ReactNode; actions?: ReactNode }) {
  const Glyph = glyphs[state];
  return (
    <div className={css.bar} data-state={state} role={state === 'ready' || state === 'talking' ? 'status' : 'alert'}>
      <Glyph size={18} aria-hidden />
      <p>{children}</p>
      {actions}
    </div>
  );
}

/** What is wrong now, over the whole width, above the work that stays usable. */
export function Bars({ silentFor }: { silentFor: number }) {
  return (
    <div className={css.bars}>
      <LineBar />
      <MicrophoneBar />
      {silentFor > 5_000 && <ServerBar silentFor={silentFor} />}
      <ClockBar />
      <Handed />
      <Supervised />
    </div>
  );
}

/** The link to the telephone: lost, being tried, and back. */
function LineBar() {
  const { t } = useTranslation();
  const { phone, scene } = useHouse();
  const now = useNow();
  const cut = phone?.sight.phone.cutSince;
  const back = useBack(cut !== undefined && isInCall(scene));
  if (!phone) return null;
  const { phone: p } = phone.sight;
  if (cut === undefined) {
    if (back) return <Bar state="ready">{t('desk.bar.back')}</Bar>;
    const silent = isInCall(scene) && scene.at === 'talking' && p.media.at !== 'up';
    return silent ? <Bar state="offered">{t('desk.bar.noSound')}</Bar> : null;
  }
  const lost = (performance.now() - cut) / 1000 + now * 0;
  const left = p.graceMs / 1000 - lost;
  const tries = p.link.at === 'cut' || p.link.at === 'opening' || p.link.at === 'ticket' ? p.link.tries : 0;
  return (
    <Bar
      state="lost"
      actions={
        <Button size="xs" variant="default" onClick={phone.line.now}>
          {t('desk.bar.now')}
        </Button>
      }
    >
      <b>{t('desk.bar.lost', { since: clock(lost) })}</b>{' '}
      {scene.at === 'talking' && (left > 0 ? t('desk.bar.music', { left: clock(left) }) : t('desk.bar.late'))}{' '}
      {t('desk.bar.tries', { count: Math.max(1, tries) })}
    </Bar>
  );
}

/** True for six seconds after something that was wrong in a call is well again. */
function useBack(bad: boolean): boolean {
  const [state, setState] = useState<'well' | 'bad' | 'back'>('well');
  useEffect(() => setState((s) => (bad ? 'bad' : s === 'bad' ? 'back' : s)), [bad]);
  useEffect(() => {
    if (state !== 'back') return;
    const over = setTimeout(() => setState('well'), 6_000);
    return () => clearTimeout(over);
  }, [state]);
  return state === 'back';
}

function MicrophoneBar() {
  const { t } = useTranslation();
  const { phone, setMode } = useHouse();
  if (phone?.sight.microphone.at !== 'off') return null;
  const { trouble } = phone.sight.microphone;
  return (
    <Bar
      state="lost"
      actions={
        <>
          {trouble !== 'unsupported' && trouble !== 'insecure' && (
            <Button size="xs" variant="default" onClick={phone.line.relisten}>
              {t('desk.bar.again')}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => setMode('desk phone')}>
            {t('desk.mode.toPhone')}
          </Button>
        </>
      }
    >
      {t(`desk.microphone.${trouble}`)}
    </Bar>
  );
}

function ServerBar({ silentFor }: { silentFor: number }) {
  const { t } = useTranslation();
  return <Bar state="offered">{t('desk.bar.server', { since: clock(silentFor / 1000) })}</Bar>;
}

function ClockBar() {
  const { t } = useTranslation();
  const f = useFormat();
  const { clock: c } = useHouse();
  if (!wrong(c)) return null;
  const behind = c.ahead > 0;
  return <Bar state="offered">{t(behind ? 'desk.bar.clockBehind' : 'desk.bar.clockAhead', { by: f.span(Math.abs(c.ahead) / 1000) })}</Bar>;
}

/** A call that was ours when the link went, and is not when it is back. */
function Handed() {
  const { t } = useTranslation();
  const { phone, scene } = useHouse();
  const cut = phone?.sight.phone.cutSince !== undefined;
  const [had, setHad] = useState<string>();
  const call = isInCall(scene) ? scene.call : undefined;
  const [told, setTold] = useState(false);
  useEffect(() => {
    if (cut && call && scene.at === 'talking') setHad(call);
    else if (!cut && had) {
      if (call !== had) setTold(true);
      setHad(undefined);
    }
  }, [cut, call, had, scene.at]);
  if (!told) return null;
  return (
    <Bar
      state="offered"
      actions={
        <Button size="xs" variant="default" onClick={() => setTold(false)}>
          {t('desk.bar.understood')}
        </Button>
      }
    >
      {t('desk.bar.handed')}
    </Bar>
  );
}

/** A supervisor is at the call, and I am told. */
function Supervised() {
  const { t } = useTranslation();
  const { scene, desk } = useHouse();
  const mode = desk.call?.supervised;
  return isInCall(scene) && mode ? <Bar state="talking">{t(`desk.bar.supervised.${mode}`)}</Bar> : null;
}
