import { Button, TagsInput, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { phone } from '../ui/format';
import type { BuyerWhole } from './buyers';
import { useShopName } from './data';
import css from './shop.module.css';
import { tagOf, useChange } from './voice';

/** What people write on the card. Saving replaces it. */
export function BuyerForm({ buyer }: { buyer: BuyerWhole }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const [phones, setPhones] = useState<string[]>(buyer.phones.map((p) => phone(p)));
  const [segments, setSegments] = useState<string[]>([...buyer.segments]);
  const [busy, setBusy] = useState(false);
  const save = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const given = new FormData(e.currentTarget);
    const text = (name: string) => String(given.get(name) ?? '');
    setBusy(true);
    await change(t('buyers.saved'), () =>
      client.PUT('/buyers/{id}', {
        params: { path: { id: buyer.id }, query: { shop }, header: { 'If-Match': tagOf(buyer.updated_at) } },
        body: { phones, segments, name: text('name'), address: text('address'), note: text('note') },
      }),
    );
    setBusy(false);
  };
  return (
    <form className={css.card} onSubmit={save} aria-label={t('buyers.card')}>
      <h2>{t('buyers.card')}</h2>
      <div className={css.pad} style={{ display: 'grid', gap: 12 }}>
        <TextInput name="name" label={t('buyers.name')} maxLength={200} defaultValue={buyer.name} />
        <TagsInput label={t('buyers.phones')} description={t('buyers.phonesHint')} value={phones} onChange={setPhones} maxTags={10} />
        <TextInput name="address" label={t('contact.address')} maxLength={500} defaultValue={buyer.address} />
        <TagsInput
          label={t('buyers.segments')}
          description={t('buyers.segmentsHint')}
          value={segments}
          onChange={setSegments}
          maxTags={20}
        />
        <Textarea name="note" label={t('buyers.note')} maxLength={2000} autosize minRows={2} defaultValue={buyer.note} />
        <div>
          <Button type="submit" loading={busy}>
            {t('buyers.save')}
          </Button>
        </div>
      </div>
    </form>
  );
}
