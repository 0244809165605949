import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '../api/client';
import { useFormat, useNow } from '../ui/person';
import type { BuyerWhole } from './buyers';
import { useShopName } from './data';
import css from './shop.module.css';
import { useChange } from './voice';

type Purpose = Schemas['NewConsent']['purpose'];
const purposes = ['data', 'recording', 'service', 'advertising'] as const satisfies readonly Purpose[];

/** What a buyer agreed to or took back; words are added, never changed. */
export function Consents({ buyer }: { buyer: BuyerWhole }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  return (
    <section className={css.card} aria-label={t('buyers.consents')}>
      <h2>{t('buyers.consents')}</h2>
      {buyer.consents.length > 0 && (
        <ul className={css.list}>
          {buyer.consents.map((c) => (
            <li key={c.noted_at + c.purpose}>
              <time dateTime={c.noted_at} title={f.full(c.noted_at)}>
                {f.instant(c.noted_at, now)}
              </time>
              <div>
                <b>{t(`buyers.purpose.${c.purpose}`)}</b>: {t(c.given ? 'buyers.given' : 'buyers.taken')}
                <p>{c.source}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
      <Note buyer={buyer} />
    </section>
  );
}

function Note({ buyer }: { buyer: BuyerWhole }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const [purpose, setPurpose] = useState<Purpose>('data');
  const [source, setSource] = useState('');
  const note = async (given: boolean) => {
    const done = await change(t('buyers.noted'), () =>
      client.POST('/buyers/{id}/consents', { params: { path: { id: buyer.id }, query: { shop } }, body: { purpose, given, source } }),
    );
    if (done) setSource('');
  };
  return (
    <div className={css.pad} style={{ display: 'grid', gap: 10 }}>
      <Select
        size="xs"
        label={t('buyers.consentFor')}
        allowDeselect={false}
        value={purpose}
        data={purposes.map((p) => ({ value: p, label: t(`buyers.purpose.${p}`) }))}
        onChange={(v) => setPurpose(purposes.find((p) => p === v) ?? 'data')}
      />
      <TextInput
        size="xs"
        label={t('buyers.source')}
        description={t('buyers.sourceHint')}
        maxLength={200}
        value={source}
        onChange={(e) => setSource(e.currentTarget.value)}
      />
      <div className={css.bar}>
        <Button size="xs" variant="default" onClick={() => note(true)}>
          {t('buyers.give')}
        </Button>
        <Button size="xs" variant="default" onClick={() => note(false)}>
          {t('buyers.take')}
        </Button>
      </div>
    </div>
  );
}
