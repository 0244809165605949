import {
  IconAlertTriangle,
  IconBell,
  IconClockHour4,
  IconCoffee,
  IconHeadset,
  IconPencil,
  IconPhone,
  IconPhoneCall,
  IconPhoneOff,
  IconPlayerPause,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fact, Verdict } from './fresh';
import { type ShopColour, type State, shopColours } from './palette';
import { useFormat } from './person';
import css from './ui.module.css';

export const glyphs: Record<State, typeof IconBell> = {
  ready: IconHeadset,
  offered: IconBell,
  talking: IconPhoneCall,
  held: IconPlayerPause,
  wrapup: IconPencil,
  paused: IconCoffee,
  lost: IconPhoneOff,
};

/** A state is always glyph + word + colour. */
export function StateTag({ state, children }: { state: State; children: ReactNode }) {
  const Glyph = glyphs[state];
  return (
    <span className={css.tag} data-state={state}>
      <Glyph size={14} stroke={2} aria-hidden />
      {children}
    </span>
  );
}

/** A fact or a link to a thing: neutral, so that colour stays with states. */
export const Chip = ({ icon: Icon, children }: { icon?: typeof IconBell; children: ReactNode }) => (
  <span className={css.tag}>
    {Icon && <Icon size={14} stroke={2} aria-hidden />}
    {children}
  </span>
);

/** The glyph beside words that say the state already. */
export function StateGlyph({ state, size = 14 }: { state: State; size?: number }) {
  const Glyph = glyphs[state];
  return <Glyph size={size} stroke={2} aria-hidden className={css.glyph} data-state={state} />;
}

export const Num = ({ children, title }: { children: ReactNode; title?: string }) => (
  <span className={css.num} title={title}>
    {children}
  </span>
);

/** The key is drawn for the eye; the control itself says it with aria-keyshortcuts. */
export const Key = ({ children }: { children: ReactNode }) => (
  <kbd className={css.key} aria-hidden>
    {children}
  </kbd>
);

export type ShopMark = { name: string; colour: string };

const isColour = (c: string): c is ShopColour => c in shopColours;

/** Two letters of a name: "Лён и хлопок" -> "ЛХ", "Колесо 24" -> "К24". */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((w) => w.length > 1);
  return words
    .slice(0, 2)
    .map((w) => (/^\d+$/.test(w) ? w.slice(0, 2) : (w[0] ?? '').toUpperCase()))
    .join('');
}

export function ShopBadge({ shop, size = 24 }: { shop: ShopMark; size?: number }) {
  const colour = shopColours[isColour(shop.colour) ? shop.colour : 'ink'];
  const style = { background: colour, width: size, height: size, fontSize: Math.max(9, size * 0.38) };
  return (
    <span className={css.shop} style={style} aria-hidden>
      {initials(shop.name)}
    </span>
  );
}

/** The age of a fact. Past its time to live the value beside it may not be shown as current. */
export function Fresh({ seconds, stale, source }: Verdict & { source: Fact['source'] }) {
  const { t } = useTranslation();
  const f = useFormat();
  const Icon = stale ? IconAlertTriangle : source === 'voice' ? IconPhone : IconClockHour4;
  return (
    <span
      className={css.fresh}
      data-stale={stale || undefined}
      title={t(stale ? 'fresh.stale' : source === 'voice' ? 'fresh.voice' : 'fresh.age')}
    >
      <Icon size={12} stroke={2} aria-hidden />
      {f.age(seconds)}
    </span>
  );
}

export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" className={css.logo}>
      <rect x="1" y="1" width="22" height="22" rx="6" className={css.logoPlate} />
      <path d="M7.5 8.2 C7.5 15.5 16.5 8.5 16.5 15.8" fill="none" strokeWidth="2.4" strokeLinecap="round" className={css.logoCord} />
      <circle cx="7.5" cy="7.6" r="2.6" className={css.logoJack} />
      <circle cx="16.5" cy="16.4" r="2.6" className={css.logoJack} />
    </svg>
  );
}

/** The small heading of a group. */
export const Label = ({ children }: { children: ReactNode }) => <span className={css.label}>{children}</span>;

/** That what is typed is safe, and since when. */
export const Saved = ({ children }: { children: ReactNode }) => (
  <span className={css.saved} role="status">
    {children}
  </span>
);
