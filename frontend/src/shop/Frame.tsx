import { ActionIcon, Button, Drawer, Menu } from '@mantine/core';
import { IconLogout, IconMenu2 } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouteContext, useRouter } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signOut } from '../api/session';
import { freshness } from '../live/reduce';
import { useLive } from '../live/stream';
import { type Keys, useKeys, useSequence } from '../ui/keys';
import { speak } from '../ui/language';
import { Broken, Loading } from '../ui/Panel';
import { localeOf, useFormat, useNow, Zone } from '../ui/person';
import { Key, Logo, ShopBadge } from '../ui/ui';
import { useShop, useShopName } from './data';
import css from './frame.module.css';
import { KeySheet } from './KeySheet';
import { Offline } from './Offline';
import { Sections } from './Sections';
import { sections } from './sections';

const Palette = lazy(() => import('./Palette').then((m) => ({ default: m.Palette })));

/** The frame of a shop's cabinet: sections at the side, the page beside them. */
export function Frame() {
  const { t, i18n } = useTranslation();
  const shop = useShop();
  const [menu, setMenu] = useState(false);
  const [help, setHelp] = useState(false);
  const keys = useMemo<Keys>(() => ({ 'Shift+Slash': () => setHelp(true), Slash: focusSearch, 'Shift+Digit7': () => setHelp(true) }), []);
  useKeys(keys);
  const live = useLive(useShopName());
  const fresh = freshness(live, useNow());
  useGo();
  if (shop.error)
    return (
      <main className={css.main}>
        <Broken trouble={shop.error} retry={shop.refetch} />
      </main>
    );
  if (!shop.data)
    return (
      <main className={css.main}>
        <Loading rows={8} retry={shop.refetch} />
      </main>
    );
  const name = localeOf(i18n.language) === 'ru' ? shop.data.name_ru : shop.data.name_en;
  const side = (close: () => void): ReactNode => (
    <>
      <ShopSwitch name={name} colour={shop.data.colour} />
      <Find />
      <Sections onGo={close} />
      <div className={css.foot}>
        <Freshness live={live} />
        <Person onHelp={() => setHelp(true)} />
      </div>
    </>
  );
  return (
    <Zone value={shop.data.timezone}>
      <div className={css.shell} data-fresh={fresh}>
        <a className={css.skip} href="#page">
          {t('frame.skip')}
        </a>
        <header className={css.top}>
          <Logo />
          <b>{name}</b>
          <ActionIcon size={44} aria-label={t('frame.menu')} onClick={() => setMenu(true)}>
            <IconMenu2 size={20} />
          </ActionIcon>
        </header>
        <nav className={`${css.nav} ${css.side}`} aria-label={t('frame.sections')}>
          <div className={css.brand}>
            <Logo />
            <b>Switchboard</b>
          </div>
          {side(() => {})}
        </nav>
        <Drawer
          opened={menu}
          onClose={() => setMenu(false)}
          title={t('frame.menu')}
          position="right"
          size={300}
          closeButtonProps={{ 'aria-label': t('frame.close') }}
        >
          <nav className={css.nav} aria-label={t('frame.sections')}>
            {side(() => setMenu(false))}
          </nav>
        </Drawer>
        <main className={css.main} id="page" tabIndex={-1}>
          <Offline live={live} />
          <Outlet />
        </main>
        <KeySheet opened={help} close={() => setHelp(false)} />
        <Suspense>
          <Palette help={() => setHelp(true)} />
        </Suspense>
      </div>
    </Zone>
  );
}

/** G and then a letter goes to a page. */
function useGo() {
  const router = useRouter();
  const shop = useShopName();
  const keys = useMemo(
    () => Object.fromEntries(sections.map((s) => [s.code, () => void router.navigate({ to: s.to, params: { shop } })])),
    [router, shop],
  );
  useSequence('KeyG', keys);
}

function focusSearch() {
  document.querySelector<HTMLInputElement>('input[data-search]')?.focus();
}

/** The door to the palette for those who do not know its key. */
function Find() {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      className={css.find}
      aria-keyshortcuts="Control+K"
      onClick={() => void import('@mantine/spotlight').then((m) => m.spotlight.open())}
    >
      {t('frame.find')}
      <Key>Ctrl K</Key>
    </button>
  );
}

function ShopSwitch({ name, colour }: { name: string; colour: string }) {
  const { t, i18n } = useTranslation();
  const router = useRouter();
  const { account } = useRouteContext({ from: '/inside' });
  const here = useShopName();
  const role = account.shops.find((s) => s.slug === here)?.role;
  const inner = (
    <>
      <ShopBadge shop={{ name, colour }} size={28} />
      <span>
        <b title={name}>{name}</b>
        <small>{t(`role.${role ?? 'staff'}`)}</small>
      </span>
    </>
  );
  if (account.shops.length < 2) return <div className={css.shop}>{inner}</div>;
  return (
    <Menu position="bottom-start" width={200}>
      <Menu.Target>
        <button type="button" className={css.shop}>
          {inner}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {account.shops.map((s) => (
          <Menu.Item key={s.id} onClick={() => router.navigate({ to: '/s/$shop', params: { shop: s.slug } })}>
            {i18n.language === 'ru' ? s.name_ru : s.name_en}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** How fresh the page is: a dot and a clock of the last event. */
function Freshness({ live }: { live: ReturnType<typeof useLive> }) {
  const { t } = useTranslation();
  const f = useFormat();
  const fresh = freshness(live, useNow());
  const away = live.link.state === 'cut' ? Math.round((Date.now() - live.link.since) / 1000) : 0;
  return (
    <span className={css.live} data-fresh={fresh} title={f.full(live.heard)}>
      {fresh === 'live'
        ? t('live.fresh', { at: f.time(live.heard) })
        : fresh === 'late'
          ? t('live.late', { count: away })
          : t('live.stale', { at: f.time(live.heard) })}
    </span>
  );
}

function Person({ onHelp }: { onHelp: () => void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const router = useRouter();
  const { account } = useRouteContext({ from: '/inside' });
  const other = localeOf(i18n.language) === 'ru' ? 'en' : 'ru';
  const leave = async () => {
    await signOut(queries);
    router.navigate({ to: '/signin' });
  };
  return (
    <>
      <div className={css.who}>
        <span>
          <b title={account.name}>{account.name}</b>
          {account.email}
        </span>
        <ActionIcon aria-label={t('frame.leave')} title={t('frame.leave')} onClick={leave} size={28}>
          <IconLogout size={16} />
        </ActionIcon>
      </div>
      <div className={css.who}>
        <Button variant="subtle" color="gray" size="compact-xs" lang={other} onClick={() => speak(other)}>
          {other === 'en' ? 'English' : 'Русский'}
        </Button>
        <Button variant="subtle" color="gray" size="compact-xs" onClick={onHelp} aria-keyshortcuts="?">
          {t('frame.keys')}
        </Button>
      </div>
    </>
  );
}
