import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { StateTag } from '../ui/ui';
import { useQueues, useShopName } from './data';
import css from './shop.module.css';

type Script = Schemas['Text'];

export function ScriptsPage() {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  const scripts = api.useQuery('get', '/scripts', { params: { query: { shop } } });
  const queues = useQueues().data?.items ?? [];
  const columns: Column<Script>[] = [
    {
      id: 'name',
      head: t('scripts.name'),
      place: 'tl',
      cell: (s) => (
        <Link to="/s/$shop/scripts/$script" params={{ shop, script: s.id }}>
          {s.name}
        </Link>
      ),
    },
    {
      id: 'version',
      head: t('scripts.version'),
      place: 'tr',
      cell: (s) => (
        <StateTag state={s.version > 0 ? 'ready' : 'paused'}>
          {s.version > 0 ? t('scripts.published', { version: s.version }) : t('scripts.draft')}
        </StateTag>
      ),
    },
    {
      id: 'queue',
      head: t('scripts.queue'),
      place: 'bl',
      cell: (s) =>
        queues
          .filter((q) => q.script_id === s.id)
          .map((q) => q.name)
          .join(', ') || '–',
    },
    { id: 'updated', head: t('scripts.updated'), right: true, place: 'br', cell: (s) => f.instant(s.updated_at, now) },
  ];
  return (
    <>
      <title>{t('scripts.page')}</title>
      <div className={css.title}>
        <h1>{t('scripts.title')}</h1>
      </div>
      <section className={css.card} aria-label={t('scripts.title')}>
        <Panel query={scripts} rows={3}>
          {(d) =>
            (d.items ?? []).length === 0 ? (
              <Empty title={t('scripts.none')}>{t('scripts.noneText')}</Empty>
            ) : (
              <Table label={t('scripts.title')} columns={columns} rows={d.items ?? []} rowKey={(s) => s.id} />
            )
          }
        </Panel>
      </section>
    </>
  );
}
