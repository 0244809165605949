import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useRouteContext } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import css from './call.module.css';
import { type Story, useShopName } from './data';
import { Ladder } from './Ladder';
import own from './ladder.module.css';
import { ladder, type Trace } from './rungs';

/** Owners see their own calls, supervisors and admins all. */
function useMay(): boolean {
  const { account } = useRouteContext({ from: '/inside' });
  const shop = useShopName();
  return account.shops.some((s) => s.slug === shop && s.role === 'owner') || account.staff.some((r) => r === 'supervisor' || r === 'admin');
}

/** What went over the wire, if the person may see it and asks for it. */
export function TraceCard({ story }: { story: Story }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (!useMay()) return null;
  return (
    <section className={css.card} id="trace" aria-label={t('trace.title')}>
      <div className={own.head}>
        <h2>{t('trace.title')}</h2>
        <Button variant="default" size="xs" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('trace.close') : t('trace.open')}
        </Button>
      </div>
      <p className={css.aside}>{t('trace.what')}</p>
      {open && <Messages story={story} />}
    </section>
  );
}

function Messages({ story }: { story: Story }) {
  const shop = useShopName();
  const { t } = useTranslation();
  const trace = api.useQuery(
    'get',
    '/calls/{id}/trace',
    { params: { path: { id: story.id }, query: { shop } } },
    { refetchInterval: (q) => (q.state.data?.live ? 2000 : false) },
  );
  return (
    <Panel query={trace} rows={8}>
      {(d) => (d.kept ? <Kept trace={d} id={story.id} /> : <Empty title={t('trace.none')}>{t('trace.noneText')}</Empty>)}
    </Panel>
  );
}

function Kept({ trace, id }: { trace: Trace; id: string }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const steps = useMemo(() => ladder(trace, t('trace.us')), [trace, t]);
  const lost = (trace.legs ?? []).reduce((n, l) => n + l.lost, 0);
  const file = (kind: string) => `/api/v1/calls/${id}/trace.${kind}?${new URLSearchParams({ shop })}`;
  return (
    <>
      <div className={own.facts}>
        <span>{t('trace.count', { count: steps.rungs.length })}</span>
        {trace.masked && <span>{t('trace.masked')}</span>}
        {lost > 0 && <span>{t('trace.lost', { count: lost })}</span>}
        {trace.live && <span role="status">{t('trace.live')}</span>}
        <span>{t('trace.hint')}</span>
        <span className={own.verbs}>
          <Button
            component="a"
            variant="default"
            size="compact-xs"
            leftSection={<IconDownload size={14} aria-hidden />}
            href={file('pcap')}
            download={`${id}.pcap`}
          >
            {t('trace.pcap')}
          </Button>
          <Button
            component="a"
            variant="default"
            size="compact-xs"
            leftSection={<IconDownload size={14} aria-hidden />}
            href={file('txt')}
            download={`${id}.txt`}
          >
            {t('trace.text')}
          </Button>
        </span>
      </div>
      <Ladder steps={steps} ours={trace.ours} />
    </>
  );
}
