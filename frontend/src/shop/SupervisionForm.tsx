import { Radio } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '../api/client';
import { say } from '../ui/toast';
import { useShopName } from './data';
import { useOwner, useReread } from './RecordingsPage';
import css from './shop.module.css';

type Policy = Schemas['SupervisionPolicy']['policy'];
const policies: readonly Policy[] = ['announced', 'silent'];

/** Whether buyer and operator are told that a supervisor is at the call. */
export function SupervisionForm({ policy }: { policy: Policy }) {
  const { t } = useTranslation();
  const may = useOwner();
  const shop = useShopName();
  const reread = useReread();
  const [failed, setFailed] = useState(false);
  const choose = async (chosen: Policy) => {
    const { response } = await client
      .PUT('/shop/supervision-policy', { params: { query: { shop } }, body: { policy: chosen } })
      .catch(() => ({ response: undefined }));
    setFailed(!response?.ok);
    if (!response?.ok) return;
    await reread();
    say(t('recordings.saved'));
  };
  return (
    <section className={css.card}>
      <h2>{t('recordings.supervision')}</h2>
      <div className={css.pad} style={{ display: 'grid', gap: 12 }}>
        <Radio.Group
          value={policy}
          aria-label={t('recordings.supervision')}
          onChange={(v) => void choose(policies.find((p) => p === v) ?? policy)}
        >
          <div style={{ display: 'grid', gap: 12 }}>
            {policies.map((p) => (
              <Radio key={p} value={p} disabled={!may} label={t(`recordings.policy.${p}`)} description={t(`recordings.policyNote.${p}`)} />
            ))}
          </div>
        </Radio.Group>
        <p style={{ margin: 0, fontSize: '0.8125rem', color: 'var(--sb-ink-3)' }}>{t('recordings.supervisionNote')}</p>
        {failed && <p role="alert">{t('recordings.unsaved')}</p>}
      </div>
    </section>
  );
}
