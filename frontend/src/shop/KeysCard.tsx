import { Button, Modal, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '../api/client';
import { useFormat, useNow } from '../ui/person';
import { say } from '../ui/toast';
import { StateTag } from '../ui/ui';
import { useShopName } from './data';
import { useOwner, useReread } from './RecordingsPage';
import css from './shop.module.css';

type KeyOf = Schemas['Key'];

/** The shop's keys, the newest first: begin another, or destroy them all. */
export function KeysCard({ keys }: { keys: readonly KeyOf[] }) {
  const { t } = useTranslation();
  const may = useOwner();
  const [leaving, setLeaving] = useState(false);
  const rotate = useRotate();
  const under = keys.reduce((sum, k) => sum + k.recordings, 0);
  return (
    <section className={css.card}>
      <h2>{t('recordings.keys')}</h2>
      <p className={css.pad} style={{ margin: 0, fontSize: '0.8125rem', color: 'var(--sb-ink-3)' }}>
        {t('recordings.keysNote')}
      </p>
      <ul className={css.list}>
        {keys.map((k, i) => (
          <Row key={k.version} of={k} current={i === 0 && k.erased_at === null} />
        ))}
        {keys.length === 0 && <li>{t('recordings.noKey')}</li>}
      </ul>
      {may && (
        <div className={css.pad} style={{ display: 'flex', gap: 10, flexWrap: 'wrap' }}>
          <Button variant="default" onClick={rotate.go} loading={rotate.busy}>
            {t('recordings.rotate')}
          </Button>
          <Button variant="subtle" c="var(--sb-lost-text)" onClick={() => setLeaving(true)}>
            {t('recordings.destroy')}
          </Button>
        </div>
      )}
      {rotate.failed && (
        <p className={css.pad} role="alert" style={{ margin: 0 }}>
          {t('recordings.unsaved')}
        </p>
      )}
      {leaving && <Destroy under={under} close={() => setLeaving(false)} />}
    </section>
  );
}

function Row({ of, current }: { of: KeyOf; current: boolean }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const state = of.erased_at ? 'lost' : current ? 'ready' : 'paused';
  const word = of.erased_at ? 'erased' : current ? 'current' : of.retired_at ? 'retired' : 'older';
  return (
    <li>
      <b style={{ minWidth: 64 }}>{t('recordings.version', { n: of.version })}</b>
      <div>
        {t('recordings.under', { count: of.recordings })}
        <p>{t('recordings.made', { at: f.instant(of.made_at, now) })}</p>
      </div>
      <StateTag state={state}>{t(`recordings.key.${word}`)}</StateTag>
    </li>
  );
}

function useRotate() {
  const { t } = useTranslation();
  const shop = useShopName();
  const reread = useReread();
  const [state, setState] = useState<'still' | 'busy' | 'failed'>('still');
  const go = async () => {
    setState('busy');
    const { response } = await client.POST('/recording-keys', { params: { query: { shop } } }).catch(() => ({ response: undefined }));
    setState(response?.ok ? 'still' : 'failed');
    if (!response?.ok) return;
    await reread();
    say(t('recordings.rotated'));
  };
  return { go, busy: state === 'busy', failed: state === 'failed' };
}

/** Nothing brings recordings back, so the shop's short name is typed. */
function Destroy({ under, close }: { under: number; close: () => void }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const reread = useReread();
  const [typed, setTyped] = useState('');
  const [trouble, setTrouble] = useState<'other' | 'held' | 'unsaved'>();
  const destroy = async (e: FormEvent) => {
    e.preventDefault();
    if (typed.trim() !== shop) {
      setTrouble('other');
      return;
    }
    const { response } = await client
      .POST('/recording-keys/destruction', { params: { query: { shop } }, body: { confirm: typed.trim() } })
      .catch(() => ({ response: undefined }));
    if (!response?.ok) {
      setTrouble(response?.status === 409 ? 'held' : 'unsaved');
      return;
    }
    await reread();
    say(t('recordings.destroyed'));
    close();
  };
  return (
    <Modal opened onClose={close} title={t('recordings.destroyTitle')} closeButtonProps={{ 'aria-label': t('frame.close') }}>
      <form onSubmit={destroy} style={{ display: 'grid', gap: 14 }}>
        <p style={{ margin: 0 }}>{t('recordings.destroyText', { count: under })}</p>
        <TextInput
          data-autofocus
          label={t('recordings.type', { shop })}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          error={trouble && t(`recordings.trouble.${trouble}`, { shop })}
          onChange={(e) => setTyped(e.currentTarget.value)}
        />
        <div style={{ display: 'flex', gap: 10, justifyContent: 'flex-end', flexWrap: 'wrap' }}>
          <Button variant="default" onClick={close}>
            {t('recordings.keep')}
          </Button>
          <Button type="submit" color="red.9">
            {t('recordings.destroyDo', { count: under })}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
