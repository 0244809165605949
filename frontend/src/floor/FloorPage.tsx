import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useKeys } from '../ui/keys';
import { Broken, Loading } from '../ui/Panel';
import { Bar } from './Bar';
import { Calls } from './Calls';
import { Figures } from './Figures';
import { type Mode, mine, owned, talks, watched } from './floor';
import css from './floor.module.css';
import { KeySheet } from './KeySheet';
import { MyCall, OwnCall } from './MyCall';
import { People } from './People';
import { Queues } from './Queues';
import { Side } from './Side';
import { type Seen, useAge, useFloor } from './useFloor';
import { useSupervision } from './useSupervision';

/** Who waits beyond the promise, and who could be helped: the room, live. */
export function FloorPage() {
  const { t } = useTranslation();
  const seen = useFloor();
  if (seen.data) return <Room seen={seen.data} />;
  const status = seen.error && 'status' in seen.error && typeof seen.error.status === 'number' ? seen.error.status : undefined;
  return (
    <main className={css.alone}>
      <title>{t('floor.page')}</title>
      <h1>{t('floor.title')}</h1>
      {seen.error ? (
        <Broken trouble={status === undefined ? {} : { status }} retry={seen.refetch} />
      ) : (
        <Loading rows={6} retry={seen.refetch} />
      )}
    </main>
  );
}

/** What is chosen lives in the address, so that a link shows it to a colleague. */
function useChosen() {
  const { call, who } = useSearch({ from: '/inside/floor' });
  const navigate = useNavigate();
  return useMemo(
    () => ({
      call,
      who,
      choose: (to: { call?: string; who?: string }) => navigate({ to: '/floor', search: to, replace: true }),
    }),
    [call, who, navigate],
  );
}

/** How long after the first press of T the second one counts, ms. */
const twice = 1_000;

function Room({ seen }: { seen: Seen }) {
  const { t } = useTranslation();
  const { state: floor } = seen;
  const age = useAge(seen);
  const chosen = useChosen();
  const [sheet, setSheet] = useState(false);
  const [pausing, setPausing] = useState(false);
  const { account } = useRouteContext({ from: '/inside' });
  const at = watched(floor);
  const own = owned(floor, account.id);
  const supervision = useSupervision(own ? 'own' : at && mine(at)?.mode);
  const takeOver = useTwice(() => at && supervision.takeOver(at.id));
  const call = floor.calls.find((c) => c.id === chosen.call);
  const person = floor.operators.find((o) => o.id === (chosen.who ?? call?.operator_id ?? undefined));
  const target = call ?? floor.calls.find((c) => c.id === person?.call_id);

  useKeys(
    useMemo(() => {
      const list = talks(floor);
      const step = (by: number) => () => {
        const i = list.findIndex((c) => c.id === target?.id);
        const next = list[i < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, i + by))];
        if (next) chosen.choose({ call: next.id });
      };
      const begin = (mode: Mode) => () => target && supervision.begin(target.id, mode);
      return {
        KeyJ: step(1),
        KeyK: step(-1),
        ArrowDown: step(1),
        ArrowUp: step(-1),
        KeyL: begin('listen'),
        KeyW: begin('whisper'),
        KeyB: begin('barge'),
        KeyT: () => at && takeOver.press(),
        KeyS: () => at && supervision.stop(at.id),
        KeyP: () => person && setPausing(true),
        Escape: () => chosen.choose({}),
        'Shift+Slash': () => setSheet(true),
      };
    }, [floor, target, person, at, chosen, supervision, takeOver]),
  );
  return (
    <div className={css.floor} data-age={age}>
      <title>{t('floor.page')}</title>
      <Bar seen={seen} age={age} supervision={supervision} keys={() => setSheet(true)} />
      {own ? (
        <OwnCall call={own} seen={seen} supervision={supervision} />
      ) : (
        at && <MyCall call={at} seen={seen} supervision={supervision} takeOver={takeOver} />
      )}
      <main>
        <Figures seen={seen} />
        <div className={css.rooms} data-open={target || person ? '' : undefined}>
          <div className={css.left}>
            <Queues seen={seen} chosen={target?.id} choose={(id) => chosen.choose({ call: id })} />
            <Calls seen={seen} chosen={target?.id} choose={(id) => chosen.choose({ call: id })} />
          </div>
          <People seen={seen} chosen={person?.id} choose={(id) => chosen.choose({ who: id })} />
          {(target || person) && (
            <Side
              seen={seen}
              call={target}
              person={person}
              supervision={supervision}
              pausing={pausing}
              setPausing={setPausing}
              close={() => chosen.choose({})}
            />
          )}
        </div>
      </main>
      <KeySheet opened={sheet} close={() => setSheet(false)} />
    </div>
  );
}

export type Twice = { armed: boolean; press: () => void };

/** Acts at the second press within a moment. */
function useTwice(act: () => void): Twice {
  const [armed, setArmed] = useState(false);
  const alarm = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(alarm.current), []);
  return {
    armed,
    press: () => {
      clearTimeout(alarm.current);
      if (armed) {
        setArmed(false);
        act();
        return;
      }
      setArmed(true);
      alarm.current = setTimeout(() => setArmed(false), twice);
    },
  };
}
