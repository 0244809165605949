import { Button, MultiSelect, NumberInput, Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, client, type Schemas } from '../api/client';
import { localeOf, useFormat } from '../ui/person';
import { say } from '../ui/toast';
import { useShopName } from './data';
import type { Outgoing } from './OutgoingPage';
import css from './shop.module.css';

type Limits = Schemas['OutgoingLimits'];
type Field = Exclude<keyof Limits, 'enabled' | 'countries'>;

const fields = [
  { name: 'calls_per_hour', label: 'callsHour' },
  { name: 'operator_calls_per_hour', label: 'callsEach' },
  { name: 'minutes_per_day', label: 'minutes' },
  { name: 'at_once', label: 'atOnce' },
  { name: 'spend_per_hour', label: 'spendHour' },
  { name: 'spend_per_day', label: 'spendDay' },
] as const satisfies readonly { name: Field; label: string }[];

/** Money is edited in whole units of the currency. */
const scale = (name: Field) => (name.startsWith('spend') ? 100 : 1);

/** The limits, to be changed by the owner or an admin. */
export function LimitsForm({ o }: { o: Outgoing }) {
  const { t } = useTranslation();
  const f = useFormat();
  const { account } = useRouteContext({ from: '/inside' });
  const shop = useShopName();
  const admin = account.staff.includes('admin');
  const may = admin || account.shops.some((s) => s.slug === shop && s.role === 'owner');
  const [limits, setLimits] = useState<Limits>(o.limits);
  const { save, trouble } = useSave(limits);
  return (
    <form className={css.card} onSubmit={save} aria-label={t('outgoing.limits')}>
      <h2>{t('outgoing.limits')}</h2>
      <div className={css.pad} style={{ display: 'grid', gap: 14 }}>
        <Switch
          label={t('outgoing.enabled')}
          checked={limits.enabled}
          disabled={!may}
          onChange={(e) => setLimits({ ...limits, enabled: e.currentTarget.checked })}
        />
        <Countries home={o.home} value={limits.countries ?? []} may={may} set={(countries) => setLimits({ ...limits, countries })} />
        <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(240px, 1fr))', gap: 14 }}>
          {fields.map(({ name, label }) => (
            <NumberInput
              key={name}
              label={t(`outgoing.${label}`, { currency: o.currency })}
              description={admin ? undefined : t('outgoing.most', { n: f.number(o.most[name] / scale(name)) })}
              value={limits[name] / scale(name)}
              min={0}
              max={admin ? undefined : o.most[name] / scale(name)}
              decimalScale={scale(name) > 1 ? 2 : 0}
              thousandSeparator=" "
              disabled={!may}
              onChange={(v) => setLimits({ ...limits, [name]: Math.round(Number(v) * scale(name)) })}
            />
          ))}
        </div>
        {trouble && <p role="alert">{t(`outgoing.${trouble}`)}</p>}
        {may ? (
          <div>
            <Button type="submit">{t('outgoing.save')}</Button>
          </div>
        ) : (
          <p style={{ margin: 0, color: 'var(--sb-ink-3)' }}>{t('outgoing.readOnly')}</p>
        )}
      </div>
    </form>
  );
}

function useSave(limits: Limits) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const shop = useShopName();
  const [trouble, setTrouble] = useState<'wrong' | 'unsaved'>();
  const save = async (e: FormEvent) => {
    e.preventDefault();
    const { response } = await client
      .PUT('/outgoing/limits', { params: { query: { shop } }, body: limits })
      .catch(() => ({ response: undefined }));
    setTrouble(response?.ok ? undefined : response?.status === 422 ? 'wrong' : 'unsaved');
    if (!response?.ok) return;
    await queries.invalidateQueries({ queryKey: ['get', '/outgoing'] });
    say(t('outgoing.saved'));
  };
  return { save, trouble };
}

type CountriesProps = { home: string; value: string[]; may: boolean; set: (codes: string[]) => void };

function Countries({ home, value, may, set }: CountriesProps) {
  const { t, i18n } = useTranslation();
  const all = api.useQuery('get', '/outgoing/countries', {}, { staleTime: Number.POSITIVE_INFINITY }).data?.items ?? [];
  const name = (c: Schemas['Country']) => (localeOf(i18n.language) === 'ru' ? c.name_ru : c.name_en);
  const options = all
    .filter((c) => c.code !== home)
    .map((c) => ({ value: c.code, label: c.hot ? `${name(c)} — ${t('outgoing.hot')}` : name(c) }))
    .sort((a, b) => a.label.localeCompare(b.label, i18n.language));
  const own = all.find((c) => c.code === home);
  return (
    <MultiSelect
      label={t('outgoing.countries', { home: own ? name(own) : home })}
      description={t('outgoing.countriesNote')}
      data={options}
      value={value}
      searchable
      hidePickedOptions
      disabled={!may}
      maxDropdownHeight={320}
      onChange={set}
    />
  );
}
