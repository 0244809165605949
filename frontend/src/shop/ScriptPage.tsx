import { SegmentedControl, Select } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import { localeOf, useFormat } from '../ui/person';
import { Chip } from '../ui/ui';
import call from './call.module.css';
import { useShopName } from './data';
import { type Node, readScript } from './script';
import css from './shop.module.css';

type Full = Schemas['FullText'];

/** A script for reading: what is said, and where each answer leads. */
export function ScriptPage() {
  const { script: id } = useParams({ from: '/inside/s/$shop/scripts/$script' });
  const script = api.useQuery('get', '/scripts/{id}', { params: { path: { id }, query: { shop: useShopName() } } });
  return (
    <Panel query={script} rows={10}>
      {(s) => <Body script={s} />}
    </Panel>
  );
}

function Body({ script }: { script: Full }) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const { v } = useSearch({ from: '/inside/s/$shop/scripts/$script' });
  const go = useNavigate({ from: '/s/$shop/scripts/$script' });
  const [shown, show] = useState('steps');
  const versions = script.versions ?? [];
  const version = versions.find((x) => x.version === v) ?? versions[0];
  const source = version?.source ?? script.source;
  return (
    <>
      <title>{t('scripts.onePage', { name: script.name })}</title>
      <header>
        <p className={call.crumbs}>
          <Link to="/s/$shop/scripts" params={{ shop }}>
            {t('scripts.title')}
          </Link>{' '}
          / {script.name}
        </p>
        <div className={css.title}>
          <h1>{script.name}</h1>
          <div className={css.bar}>
            {versions.length > 0 && (
              <Select
                size="xs"
                w={230}
                aria-label={t('scripts.version')}
                allowDeselect={false}
                value={String(version?.version)}
                data={versions.map((x) => ({
                  value: String(x.version),
                  label: t('scripts.versionOf', { version: x.version, at: f.date(x.published_at) }),
                }))}
                onChange={(x) => go({ search: { v: Number(x) } })}
              />
            )}
            <SegmentedControl
              size="xs"
              aria-label={t('scripts.view')}
              value={shown}
              onChange={show}
              data={[
                { value: 'steps', label: t('scripts.steps') },
                { value: 'yaml', label: 'YAML' },
              ]}
            />
          </div>
        </div>
        {version?.note && <p className={call.said}>{version.note}</p>}
      </header>
      {shown === 'yaml' ? (
        <section className={css.card}>
          <pre className={css.source} tabIndex={0}>
            {source}
          </pre>
        </section>
      ) : (
        <Steps source={source} />
      )}
    </>
  );
}

function Steps({ source }: { source: string }) {
  const { t, i18n } = useTranslation();
  const script = useMemo(() => readScript(source, localeOf(i18n.language)), [source, i18n.language]);
  const names = new Map(script.nodes.map((n) => [n.id, n.title]));
  if (script.nodes.length === 0) return <Empty title={t('scripts.unreadable')}>{t('scripts.unreadableText')}</Empty>;
  return (
    <div className={css.two}>
      <section className={css.card} aria-label={t('scripts.steps')}>
        <h2>
          {t('scripts.steps')}
          <span>{t('scripts.count', { count: script.nodes.length })}</span>
        </h2>
        <ol className={css.nodes}>
          {script.nodes.map((n) => (
            <StepItem key={n.id} node={n} names={names} />
          ))}
        </ol>
      </section>
      <section className={css.card} aria-label={t('scripts.cards')}>
        <h2>
          {t('scripts.cards')}
          <span>{t('scripts.anyStep')}</span>
        </h2>
        <ul className={css.nodes}>
          {script.cards.map((c) => (
            <li key={c.id}>
              <h3>{c.question}</h3>
              <p>{c.answer}</p>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

const kinds = ['say', 'ask', 'lookup', 'order', 'transfer', 'claim', 'callback', 'end', 'branch'] as const;

function StepItem({ node, names }: { node: Node; names: ReadonlyMap<string, string> }) {
  const { t } = useTranslation();
  const kind = kinds.find((k) => k === node.kind);
  return (
    <li id={node.id}>
      <h3>
        {node.title}
        <small>{kind && t(`node.${kind}`)}</small>
        {node.required && <Chip>{t('scripts.required')}</Chip>}
      </h3>
      {node.text && <blockquote>«{node.text}»</blockquote>}
      {node.choices.map((c) => (
        <p key={c.id}>{t('scripts.leads', { answer: c.text, step: names.get(c.next) ?? c.next })}</p>
      ))}
      {node.choices.length === 0 && node.next && <p>{t('scripts.leadsOn', { step: names.get(node.next) ?? node.next })}</p>}
    </li>
  );
}
