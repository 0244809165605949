import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Broken, Loading } from '../ui/Panel';
import { localeOf, useNow, Zone } from '../ui/person';
import { Bars } from './Bars';
import css from './desk.module.css';
import { HouseOf, useHouse } from './house';
import { KeySheet } from './KeySheet';
import { Offered } from './Offered';
import { Palette } from './Palette';
import { ShiftBar } from './ShiftBar';
import { type Desk, sceneOf, titleOf } from './scene';
import { type Seen, useOrders, useSeen } from './useDesk';
import { keepMode, type Mode, modeKept, useLine } from './useLine';
import { useKeyboard, Verbs } from './verbs';

/** The desk and what is beside it: the telephone stays up on every page of it. */
export function DeskFrame() {
  const { t } = useTranslation();
  const wide = useMediaQuery('(min-width: 1180px)', true, { getInitialValueInEffect: false });
  const seen = useSeen();
  const [chosen, setChosen] = useState(modeKept);
  // A telephone that was chosen here before connects while the desk is read: a call may be waiting for it.
  const mode = chosen ?? (seen.data && modeOf(seen.data.state));
  const phone = useLine(wide ? mode : undefined);
  const change = (to: Mode) => {
    keepMode(to);
    setChosen(to);
  };
  if (!wide)
    return (
      <main className={css.narrow}>
        <title>{t('desk.page')}</title>
        <h1>{t('desk.narrow.title')}</h1>
        <p>{t('desk.narrow.text')}</p>
      </main>
    );
  if (!seen.data || !mode) {
    return (
      <main className={css.narrow}>
        <title>{t('desk.page')}</title>
        <h1>{t('desk.title.idle')}</h1>
        {seen.error ? <Broken trouble={troubleOf(seen.error)} retry={seen.refetch} /> : <Loading rows={3} retry={seen.refetch} />}
      </main>
    );
  }
  const silent = seen.error ? (troubleOf(seen.error).status === 401 ? 'signin' : 'server') : undefined;
  return <Rooms seen={seen.data} silent={silent} mode={mode} setMode={change} phone={phone} />;
}

const troubleOf = (e: Error): { status?: number } => ('status' in e && typeof e.status === 'number' ? { status: e.status } : {});

/** Where calls are answered if nothing was chosen here: on the telephone that is there. */
const modeOf = (desk: Desk): Mode => (desk.phone === 'missing' || desk.phone === 'browser' ? 'browser' : 'desk phone');

type RoomsProps = {
  seen: Seen;
  silent: 'server' | 'signin' | undefined;
  mode: Mode;
  setMode: (to: Mode) => void;
  phone: ReturnType<typeof useLine>;
};

function Rooms({ seen, silent, mode, setMode, phone }: RoomsProps) {
  const orders = useOrders();
  const call = phone?.sight.phone.call;
  const ringing = call && `${call.leg} ${call.phase}`;
  // The telephone is first to know, the server has the card
  useEffect(() => {
    const soon = [0, 150, 600].map((ms) => setTimeout(orders.refresh, ms));
    return () => soon.forEach(clearTimeout);
  }, [ringing, orders]);
  const ours = Date.now() - performance.now() + seen.clock.ahead;
  const scene = sceneOf(seen.state, phone?.sight.phone, ours);
  useBelieved(mode, seen, silent ? undefined : phone);
  const house = { desk: seen.state, clock: seen.clock, scene, orders, phone, mode, setMode };
  return (
    <HouseOf value={house}>
      <Zone value={seen.state.shift.zone}>
        <Shell silentSince={silent === 'server' ? seen.at : undefined} />
      </Zone>
    </HouseOf>
  );
}

/** A page that believes it can be rung, and a server that cannot ring it: connect anew. */
function useBelieved(mode: Mode, seen: Seen, phone: ReturnType<typeof useLine>): void {
  const up = phone?.sight.phone.link.at === 'up' && phone.sight.phone.media.at === 'up';
  const missing = mode === 'browser' && up && seen.state.phone !== 'browser';
  const line = phone?.line;
  useEffect(() => {
    if (mode === 'browser' && up) keepMode('browser');
  }, [mode, up]);
  useEffect(() => {
    if (!missing) return;
    const wait = setTimeout(() => line?.missing(), 10_000);
    return () => clearTimeout(wait);
  }, [missing, line]);
}

function Shell({ silentSince }: { silentSince: number | undefined }) {
  const { scene } = useHouse();
  const board = useKeyboard(scene.at);
  const now = useNow();
  const [open, setOpen] = useState<'palette' | 'sheet'>();
  const close = () => setOpen(undefined);
  const offered = scene.at === 'offered';
  useEffect(() => {
    if (offered) setOpen(undefined);
  }, [offered]);
  const layer = useMemo(() => ({ current: { palette: () => setOpen('palette'), help: () => setOpen('sheet'), leave: leaveField } }), []);
  useEffect(() => board.add(layer), [board, layer]);
  useTitle();
  useHome();
  return (
    <Verbs value={board}>
      <div className={css.desk}>
        <ShiftBar commands={() => setOpen('palette')} />
        <Bars silentFor={silentSince === undefined ? 0 : now - silentSince} />
        <Elsewhere>{offered ? <Offered key={scene.call} scene={scene} /> : <Outlet />}</Elsewhere>
      </div>
      <Palette opened={open === 'palette'} close={close} board={board} />
      <KeySheet opened={open === 'sheet'} close={close} />
    </Verbs>
  );
}

/** Esc leaves a field and keeps its text. */
function leaveField(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

function useTitle(): void {
  const { t, i18n } = useTranslation();
  const { scene } = useHouse();
  const words = {
    offered: (shop: string) => t('desk.title.offered', { shop }),
    talking: (shop: string) => t('desk.title.talking', { shop }),
    idle: t('desk.page'),
  };
  const title = titleOf(scene, words, localeOf(i18n.language) === 'ru');
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** A call that is offered leads back to the desk, wherever on its pages one is. */
function useHome(): void {
  const { scene } = useHouse();
  const navigate = useNavigate();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const away = scene.at === 'joining' && path !== '/desk';
  useEffect(() => {
    if (away) navigate({ to: '/desk' });
  }, [away, navigate]);
}

/** The desk is open on another page, or was taken there: this one says where, and can take it. */
function Elsewhere({ children }: { children: React.ReactNode }) {
  const { t } = useTranslation();
  const { phone } = useHouse();
  const link = phone?.sight.phone.link;
  if (!phone || !link || (link.at !== 'busy' && link.at !== 'over')) return children;
  const why = link.at === 'busy' ? 'busy' : link.why;
  return (
    <main className={css.narrow}>
      <h1>{t(`desk.elsewhere.${why}.title`)}</h1>
      <p>{t(`desk.elsewhere.${why}.text`, { device: link.at === 'busy' ? link.device : '' })}</p>
      <Button
        autoFocus
        onClick={why === 'busy' || why === 'taken' ? phone.line.take : why === 'foreign' ? () => location.reload() : phone.line.now}
      >
        {t(`desk.elsewhere.${why}.act`)}
      </Button>
    </main>
  );
}
