import { Button, Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, client, type Schemas } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import { localeOf, useFormat, useNow } from '../ui/person';
import css from './security.module.css';

type Alert = Schemas['Alert'];

const kinds = ['inbound', 'outbound', 'refused', 'country', 'banned', 'phone_offence', 'shop_rate'] as const;

/** What was unusual, until somebody has looked at it. */
export function Alerts() {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const query = api.useQuery('get', '/alerts', { params: { query: { unseen: !all } } }, { refetchInterval: 10_000 });
  return (
    <section className={css.card}>
      <h2>
        {t('security.alerts')}
        <Switch size="xs" label={t('security.all')} checked={all} onChange={(e) => setAll(e.currentTarget.checked)} />
      </h2>
      <Panel query={query} rows={3}>
        {(d) =>
          (d.items ?? []).length === 0 ? (
            <Empty title={t('security.alertsNone')}>{t('security.alertsNoneText')}</Empty>
          ) : (
            <ul className={css.alerts}>
              {(d.items ?? []).map((a) => (
                <One key={a.id} alert={a} />
              ))}
            </ul>
          )
        }
      </Panel>
    </section>
  );
}

function One({ alert: a }: { alert: Alert }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const queries = useQueryClient();
  const about = useSubject(a);
  const kind = kinds.find((k) => k === a.kind) ?? (a.kind.startsWith('trunk_') ? 'trunk' : 'other');
  const see = async () => {
    await client.POST('/alerts/{id}/see', { params: { path: { id: a.id } } }).catch(() => undefined);
    await queries.invalidateQueries({ queryKey: ['get', '/alerts'] });
  };
  return (
    <li>
      <time dateTime={a.last_at} title={f.full(a.last_at)}>
        {f.instant(a.last_at, now)}
      </time>
      <div>
        <b>{t(`security.kind.${kind}`)}</b>
        <p>
          {about}
          {a.times > 1 && ` · ${t('security.times', { count: a.times })}`}
        </p>
      </div>
      {a.seen_at ? (
        <small>{t('security.seen', { at: f.instant(a.seen_at, now) })}</small>
      ) : (
        <Button variant="default" size="compact-xs" onClick={see}>
          {t('security.see')}
        </Button>
      )}
    </li>
  );
}

/** What an alert is about, in words. */
function useSubject(a: Alert): string {
  const { t, i18n } = useTranslation();
  const f = useFormat();
  const shops = api.useQuery('get', '/shops', { params: { query: { limit: 200 } } }, { staleTime: 300_000 }).data?.items ?? [];
  const shop = shops.find((s) => s.id === a.shop_id || s.id === a.subject);
  const name = shop && (localeOf(i18n.language) === 'ru' ? shop.name_ru : shop.name_en);
  const { calls, usual_most: usual, why } = a.detail;
  const parts = [name ?? a.subject];
  if (a.kind === 'country') parts.push(new Intl.DisplayNames(i18n.language, { type: 'region' }).of(a.subject) ?? a.subject);
  if (typeof calls === 'number' && typeof usual === 'number')
    parts.push(t('security.compared', { calls: t('security.calls', { count: calls }), usual: f.number(usual) }));
  else if (typeof calls === 'number') parts.push(t('security.calls', { count: calls }));
  const offence = offences.find((o) => o === why);
  if (offence) parts.push(t(`security.offence.${offence}`));
  return parts.join(' · ');
}

const offences = ['scanner', 'malformed', 'method', 'password', 'locked', 'replay', 'rate', 'stranger'] as const;
