import { useTranslation } from 'react-i18next';
import { type Call, hearing, type Mode } from './floor';
import css from './floor.module.css';

/** In words: whom I hear at the call, and who hears me. */
export function Hears({ call, mode }: { call: Call; mode: Mode }) {
  const { t } = useTranslation();
  const h = hearing(call, mode);
  const whom = h.mine.map((r) => t(`floor.whom.${r}`)).join(t('floor.and'));
  const who = h.me.map((r) => t(`floor.who.${r}`)).join(t('floor.and'));
  return (
    <span className={css.hears}>
      {whom ? t('floor.hears.mine', { who: whom }) : t('floor.hears.nothing')}
      {' · '}
      {who ? t('floor.hears.me', { who, count: h.me.length }) : t('floor.hears.nobody')}
      {h.music && ` · ${t('floor.hears.music')}`}
    </span>
  );
}
