import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/person';
import { StateTag } from '../ui/ui';
import type { Buyer } from './buyers';
import css from './shop.module.css';

/** Why a buyer needs attention, if they do. */
export function CautionTag({ buyer }: { buyer: Buyer }) {
  const { t } = useTranslation();
  if (buyer.caution === '') return null;
  return (
    <span title={buyer.blocked_reason || undefined}>
      <StateTag state={buyer.caution === 'blocked' ? 'lost' : 'offered'}>{t(`buyers.is.${buyer.caution}`)}</StateTag>
    </span>
  );
}

/** How much of what was sent they took. */
export function Share({ buyer }: { buyer: Buyer }) {
  const { t } = useTranslation();
  const f = useFormat();
  if (buyer.buyout_share === null) return <span className={css.quiet}>–</span>;
  return t('buyers.shareOf', { redeemed: f.number(buyer.redeemed), sent: f.number(buyer.redeemed + buyer.refused) });
}
