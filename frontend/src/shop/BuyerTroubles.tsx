import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, client } from '../api/client';
import { phone } from '../ui/format';
import type { BuyerWhole } from './buyers';
import { useShopName } from './data';
import css from './shop.module.css';
import { useChange } from './voice';

/** The blacklist, a duplicate, and being forgotten. */
export function BuyerTroubles({ buyer }: { buyer: BuyerWhole }) {
  return (
    <>
      <Blacklist buyer={buyer} />
      <Merge buyer={buyer} />
      <Erase buyer={buyer} />
    </>
  );
}

function Blacklist({ buyer }: { buyer: BuyerWhole }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const [reason, setReason] = useState('');
  const params = { path: { id: buyer.id }, query: { shop } };
  return (
    <section className={css.card} aria-label={t('buyers.blacklist')}>
      <h2>{t('buyers.blacklist')}</h2>
      <div className={css.pad} style={{ display: 'grid', gap: 10 }}>
        {buyer.blocked_at ? (
          <>
            <p style={{ margin: 0 }}>{buyer.blocked_reason}</p>
            <div>
              <Button
                size="xs"
                variant="default"
                onClick={() => change(t('buyers.unblocked'), () => client.POST('/buyers/{id}/unblock', { params }))}
              >
                {t('buyers.unblock')}
              </Button>
            </div>
          </>
        ) : (
          <>
            <TextInput
              size="xs"
              label={t('buyers.reason')}
              description={t('buyers.reasonHint')}
              maxLength={500}
              value={reason}
              onChange={(e) => setReason(e.currentTarget.value)}
            />
            <div>
              <Button
                size="xs"
                variant="default"
                onClick={() => change(t('buyers.blocked'), () => client.POST('/buyers/{id}/block', { params, body: { reason } }))}
              >
                {t('buyers.block')}
              </Button>
            </div>
          </>
        )}
      </div>
    </section>
  );
}

/** A duplicate is found by its number; typing that number whole is the confirmation. */
function Merge({ buyer }: { buyer: BuyerWhole }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const [number, setNumber] = useState('');
  const digits = number.replace(/\D/g, '').slice(-10);
  const found = api.useQuery('get', '/buyers', { params: { query: { shop, q: digits, limit: 3 } } }, { enabled: digits.length === 10 });
  const other = digits.length === 10 ? found.data?.items?.find((b) => b.id !== buyer.id && b.phones[0]?.endsWith(digits)) : undefined;
  const merge = () =>
    other &&
    change(t('buyers.merged'), () =>
      client.POST('/buyers/{id}/merge', {
        params: { path: { id: buyer.id }, query: { shop } },
        body: { duplicate_id: other.id, confirm: other.phones[0] ?? '' },
      }),
    );
  return (
    <section className={css.card} aria-label={t('buyers.merge')}>
      <h2>{t('buyers.merge')}</h2>
      <div className={css.pad} style={{ display: 'grid', gap: 10 }}>
        <TextInput
          size="xs"
          label={t('buyers.mergeNumber')}
          description={t('buyers.mergeHint')}
          maxLength={40}
          value={number}
          onChange={(e) => setNumber(e.currentTarget.value)}
        />
        {digits.length === 10 && found.data && !other && <p style={{ margin: 0 }}>{t('buyers.mergeNone')}</p>}
        {other && (
          <div>
            <Button size="xs" color="red" onClick={merge}>
              {t('buyers.mergeDo', { name: other.name || phone(other.phones[0] ?? '') })}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function Erase({ buyer }: { buyer: BuyerWhole }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const go = useNavigate();
  const [number, setNumber] = useState('');
  const first = buyer.phones[0] ?? '';
  const sure = number.replace(/\D/g, '') !== '' && number.replace(/\D/g, '') === first.replace(/\D/g, '');
  const erase = async () => {
    const done = await change(t('buyers.erased'), () =>
      client.POST('/buyers/{id}/erase', { params: { path: { id: buyer.id }, query: { shop } }, body: { confirm: first } }),
    );
    if (done) await go({ to: '/s/$shop/buyers', params: { shop } });
  };
  return (
    <section className={css.card} aria-label={t('buyers.erase')}>
      <h2>{t('buyers.erase')}</h2>
      <div className={css.pad} style={{ display: 'grid', gap: 10 }}>
        <p style={{ margin: 0 }}>{t('buyers.eraseWhat')}</p>
        <TextInput
          size="xs"
          label={t('buyers.eraseConfirm', { phone: phone(first) })}
          maxLength={40}
          value={number}
          onChange={(e) => setNumber(e.currentTarget.value)}
        />
        {sure && (
          <div>
            <Button size="xs" color="red" onClick={erase}>
              {t('buyers.eraseDo')}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}
