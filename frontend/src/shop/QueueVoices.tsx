import { Select, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { phone } from '../ui/format';
import { useShopName } from './data';
import css from './shop.module.css';
import { type QueueVoice, useChange, useMenus, useSounds, type Voice } from './voice';
import own from './voice.module.css';

const steps = [0, 30, 60, 120];

/** What callers meet before a person, and hear while they wait. */
export function QueueVoices({ voice }: { voice: Voice }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const menus = (useMenus().data?.items ?? []).map((m) => ({
    value: m.id,
    label: m.version > 0 ? m.name : t('voice.notPublished', { name: m.name }),
  }));
  const sounds = (useSounds().data?.items ?? []).map((s) => ({ value: s.id, label: s.name }));
  const queue = (q: QueueVoice, next: Partial<QueueVoice>) =>
    change(t('voice.saved'), () => {
      const { menu_id, announce_s, offers_callback, music_id } = { ...q, ...next };
      return client.PUT('/queues/{id}/voice', {
        params: { path: { id: q.id }, query: { shop } },
        body: { menu_id, announce_s, offers_callback, music_id },
      });
    });
  const number = (id: string, menu_id: string | null) =>
    change(t('voice.saved'), () => client.PUT('/numbers/{id}/voice', { params: { path: { id }, query: { shop } }, body: { menu_id } }));
  const every = (s: number) => (s === 0 ? t('voice.never') : t('voice.every', { s }));
  return (
    <section className={css.card} aria-label={t('voice.waiting')}>
      <h2>{t('voice.waiting')}</h2>
      <div className={`${css.pad} ${own.queues}`}>
        {voice.queues.map((q) => (
          <fieldset key={q.id} className={own.queue}>
            <legend>{t('voice.queue', { name: q.name })}</legend>
            <Select
              size="xs"
              label={t('voice.menu')}
              placeholder={t('voice.noMenu')}
              clearable
              data={menus}
              value={q.menu_id}
              onChange={(v) => queue(q, { menu_id: v })}
            />
            <Select
              size="xs"
              label={t('voice.announce')}
              allowDeselect={false}
              data={[...new Set([...steps, q.announce_s])].map((s) => ({ value: String(s), label: every(s) }))}
              value={String(q.announce_s)}
              onChange={(v) => queue(q, { announce_s: Number(v) })}
            />
            <Select
              size="xs"
              label={t('voice.music')}
              placeholder={t('voice.stockMusic')}
              clearable
              data={sounds}
              value={q.music_id}
              onChange={(v) => queue(q, { music_id: v })}
            />
            <Switch
              size="sm"
              label={t('voice.callback')}
              description={t('voice.callbackHint')}
              checked={q.offers_callback}
              onChange={(e) => queue(q, { offers_callback: e.currentTarget.checked })}
            />
          </fieldset>
        ))}
        <fieldset className={own.queue}>
          <legend>{t('voice.numbers')}</legend>
          {voice.numbers.map((n) => (
            <Select
              key={n.id}
              size="xs"
              label={phone(n.e164)}
              placeholder={t('voice.ofQueue')}
              clearable
              data={menus}
              value={n.menu_id}
              onChange={(v) => number(n.id, v)}
            />
          ))}
        </fieldset>
      </div>
    </section>
  );
}
