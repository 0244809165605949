import { ActionIcon, Button } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconDownload, IconShoppingBag } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { phone } from '../ui/format';
import { useKeys } from '../ui/keys';
import { useFormat } from '../ui/person';
import { Chip, Num } from '../ui/ui';
import css from './call.module.css';
import { type Story, useNumbers, useOperatorName, useShopName } from './data';
import { CallTag } from './states';
import { useOffer } from './verbs';

/** Whose call it was, how it stands, and the calls beside it. */
export function CallHead({ story }: { story: Story }) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const buyer = api.useQuery('get', '/calls/{id}/buyer', { params: { path: { id: story.id }, query: { shop } } }, { retry: false });
  const source = useNumbers().data?.items?.find((n) => n.e164 === story.to)?.source;
  const operator = useOperatorName();
  const name = buyer.data?.buyer?.name;
  const number = story.from ? phone(story.from) : t('call.withheld');
  return (
    <header>
      <p className={css.crumbs}>
        <Link to="/s/$shop/calls" params={{ shop }}>
          {t('calls.title')}
        </Link>{' '}
        / {t('call.no', { no: f.number(story.no) })}
      </p>
      <div className={css.title}>
        <h1>
          {name || number}
          {name && (
            <span>
              <Num>{number}</Num>
            </span>
          )}
        </h1>
        <div className={css.actions}>
          {story.recording_url && (
            <Button
              component="a"
              href={story.recording_url}
              download={`call-${story.no}.wav`}
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              {t('call.recording')}
            </Button>
          )}
          <Beside no={story.no} />
        </div>
      </div>
      <div className={css.tags}>
        <CallTag call={story} />
        {story.order && (
          <Link to="/s/$shop/orders/$order" params={{ shop, order: story.order.id }} className={css.bare}>
            <Chip icon={IconShoppingBag}>{t('orders.name', { no: f.number(story.order.no) })}</Chip>
          </Link>
        )}
        <time dateTime={story.started_at} title={f.full(story.started_at)}>
          {t('call.came', { day: f.day(story.started_at), time: f.time(story.started_at) })}
        </time>
        <span>{t(`direction.${story.direction}`)}</span>
        <span>{source ? t('call.to', { number: phone(story.to), source }) : phone(story.to)}</span>
        {story.operator_id && (
          <Link to="/s/$shop/calls" params={{ shop }} search={{ operator: story.operator_id }} title={story.operator_id}>
            {t('call.byOperator', { operator: operator(story.operator_id) })}
          </Link>
        )}
      </div>
    </header>
  );
}

/** The next older call and the next newer one, as in the list: J goes down, K up. */
function Beside({ no }: { no: number }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const shop = useShopName();
  const newer = api.useQuery('get', '/calls', { params: { query: { shop, no: no + 1, limit: 1 } } }).data?.items?.length === 1;
  const ways = useMemo(() => {
    const to = (call: number) => () => go({ to: '/s/$shop/calls/$call', params: { shop, call: String(call) } });
    return { ...(no > 1 && { older: to(no - 1) }), ...(newer && { newer: to(no + 1) }) };
  }, [go, shop, no, newer]);
  useKeys(useMemo(() => ({ ...(ways.older && { KeyJ: ways.older }), ...(ways.newer && { KeyK: ways.newer }) }), [ways]));
  useOffer(
    useMemo(
      () => [
        ...(ways.older ? [{ id: 'older', label: t('call.older'), key: 'J', run: ways.older }] : []),
        ...(ways.newer ? [{ id: 'newer', label: t('call.newer'), key: 'K', run: ways.newer }] : []),
      ],
      [ways, t],
    ),
  );
  return (
    <div className={css.beside}>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={t('call.newer')}
        title={t('call.newer')}
        aria-keyshortcuts="K"
        disabled={!ways.newer}
        onClick={ways.newer}
      >
        <IconChevronUp size={16} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={t('call.older')}
        title={t('call.older')}
        aria-keyshortcuts="J"
        disabled={!ways.older}
        onClick={ways.older}
      >
        <IconChevronDown size={16} />
      </ActionIcon>
    </div>
  );
}
