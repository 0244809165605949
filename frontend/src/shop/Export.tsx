import { Button, Popover } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { addDays } from '../ui/format';
import { useFormat } from '../ui/person';
import { useShopName, useToday } from './data';
import type { Days } from './filters';
import css from './shop.module.css';

/** The billing export: the charges of the chosen days, by the shop's clocks. */
export function Export({ days }: { days: Days }) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const today = useToday();
  const [span, setSpan] = useState<Days>({});
  const from = span.from ?? days.from ?? `${today.slice(0, 8)}01`;
  const to = span.to ?? days.to ?? today;
  const address = `/api/v1/exports/billing.csv?${new URLSearchParams({ shop, from, to: addDays(to, 1) })}`;
  const [open, setOpen] = useState(false);
  const count = api.useQuery('get', '/exports/billing-count', { params: { query: { shop, from, to: addDays(to, 1) } } }, { enabled: open });
  return (
    <Popover position="bottom-end" trapFocus width={300} shadow="md" opened={open} onChange={setOpen}>
      <Popover.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={() => setOpen(!open)}>
          {t('export.open')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('export.open')}>
        <p style={{ margin: '0 0 10px' }}>{t('export.what')}</p>
        <div className={css.bar}>
          <input
            className={css.date}
            type="date"
            aria-label={t('days.from')}
            value={from}
            max={to}
            onChange={(e) => setSpan({ ...span, from: e.currentTarget.value || undefined })}
          />
          <input
            className={css.date}
            type="date"
            aria-label={t('days.to')}
            value={to}
            min={from}
            onChange={(e) => setSpan({ ...span, to: e.currentTarget.value || undefined })}
          />
        </div>
        <Button component="a" href={address} download={`billing-${shop}-${from}-${to}.csv`} mt={12} fullWidth>
          {count.data ? t('export.lines', { count: count.data.lines, n: f.number(count.data.lines) }) : t('export.get')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
