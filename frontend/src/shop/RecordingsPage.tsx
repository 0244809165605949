import { useQueryClient } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { Panel } from '../ui/Panel';
import { useShopName } from './data';
import { KeysCard } from './KeysCard';
import { RetentionForm } from './RetentionForm';
import { SupervisionForm } from './SupervisionForm';
import css from './shop.module.css';

/** Whether I may change how recordings are kept: the shop's owner may. */
export function useOwner(): boolean {
  const { account } = useRouteContext({ from: '/inside' });
  const shop = useShopName();
  return account.shops.some((s) => s.slug === shop && s.role === 'owner');
}

/** Has what the page shows read again. */
export function useReread(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    for (const path of ['/recording-policy', '/recording-keys', '/shop/supervision-policy'])
      await queries.invalidateQueries({ queryKey: ['get', path] });
  };
}

/** How long recordings stay, which keys they are under, and who is told of a supervisor. */
export function RecordingsPage() {
  const { t } = useTranslation();
  const shop = { params: { query: { shop: useShopName() } } };
  const policy = api.useQuery('get', '/recording-policy', shop);
  const keys = api.useQuery('get', '/recording-keys', shop, { refetchInterval: 15_000 });
  const supervision = api.useQuery('get', '/shop/supervision-policy', shop);
  return (
    <>
      <title>{t('recordings.page')}</title>
      <div className={css.title}>
        <h1>{t('recordings.title')}</h1>
      </div>
      <p style={{ margin: 0, maxWidth: 760, color: 'var(--sb-ink-2)' }}>{t(useOwner() ? 'recordings.lead' : 'recordings.leadRead')}</p>
      <div className={css.two}>
        <div className={css.stack}>
          <Panel query={policy} rows={4}>
            {(p) => <RetentionForm key={`${p.retention_days} ${p.secret_seconds}`} policy={p} />}
          </Panel>
          <Panel query={keys} rows={4}>
            {(k) => <KeysCard keys={k.items ?? []} />}
          </Panel>
        </div>
        <Panel query={supervision} rows={4}>
          {(s) => <SupervisionForm key={s.policy} policy={s.policy} />}
        </Panel>
      </div>
    </>
  );
}
