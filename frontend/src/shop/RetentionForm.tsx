import { Button, Modal, NumberInput, Radio } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '../api/client';
import { say } from '../ui/toast';
import { useShopName } from './data';
import { useOwner, useReread } from './RecordingsPage';
import css from './shop.module.css';

type Policy = Pick<Schemas['Policy'], 'retention_days' | 'secret_seconds'>;

/** How long recordings stay by themselves, and stand still for a card. What shortens their life is asked about first. */
export function RetentionForm({ policy }: { policy: Policy }) {
  const { t } = useTranslation();
  const may = useOwner();
  const [days, setDays] = useState(policy.retention_days);
  const [still, setStill] = useState(policy.secret_seconds);
  const [asking, setAsking] = useState(false);
  const save = useSave();
  const shorter = days !== null && (policy.retention_days === null || days < policy.retention_days);
  const send = async () => {
    setAsking(false);
    await save.send({ retention_days: days, secret_seconds: still });
  };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (shorter) setAsking(true);
    else void send();
  };
  return (
    <form className={css.card} onSubmit={submit} aria-label={t('recordings.retention')}>
      <h2>{t('recordings.retention')}</h2>
      <div className={css.pad} style={{ display: 'grid', gap: 14 }}>
        <Radio.Group
          value={days === null ? 'always' : 'days'}
          onChange={(v) => setDays(v === 'always' ? null : (policy.retention_days ?? 90))}
        >
          <div style={{ display: 'grid', gap: 10 }}>
            <Radio value="always" label={t('recordings.always')} disabled={!may} />
            <Radio value="days" label={t('recordings.forDays')} disabled={!may} />
          </div>
        </Radio.Group>
        {days !== null && (
          <NumberInput
            label={t('recordings.days')}
            description={t('recordings.daysNote')}
            value={days}
            min={1}
            max={3650}
            clampBehavior="strict"
            allowDecimal={false}
            disabled={!may}
            maw={280}
            onChange={(v) => setDays(Number(v) || 1)}
          />
        )}
        <NumberInput
          label={t('recordings.still')}
          description={t('recordings.stillNote')}
          value={still}
          min={15}
          max={900}
          allowDecimal={false}
          disabled={!may}
          maw={280}
          onChange={(v) => setStill(Number(v) || 15)}
        />
        <p style={{ margin: 0, fontSize: '0.8125rem', color: 'var(--sb-ink-3)' }}>{t('recordings.held')}</p>
        {save.failed && <p role="alert">{t('recordings.unsaved')}</p>}
        {may && (
          <div>
            <Button type="submit">{t('recordings.save')}</Button>
          </div>
        )}
      </div>
      <Modal opened={asking} onClose={() => setAsking(false)} title={t('recordings.shorter', { count: days ?? 0 })}>
        <p style={{ marginTop: 0 }}>{t('recordings.shorterText', { count: days ?? 0 })}</p>
        <div style={{ display: 'flex', gap: 10, justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={() => setAsking(false)}>
            {t('recordings.keep')}
          </Button>
          <Button color="lost" onClick={send}>
            {t('recordings.shorten')}
          </Button>
        </div>
      </Modal>
    </form>
  );
}

function useSave() {
  const { t } = useTranslation();
  const shop = useShopName();
  const reread = useReread();
  const [failed, setFailed] = useState(false);
  const send = async (body: Policy) => {
    const { response } = await client
      .PUT('/recording-policy', { params: { query: { shop } }, body })
      .catch(() => ({ response: undefined }));
    setFailed(!response?.ok);
    if (!response?.ok) return;
    await reread();
    say(t('recordings.saved'));
  };
  return { send, failed };
}
