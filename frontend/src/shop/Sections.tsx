import {
  IconBox,
  IconGitBranch,
  IconHome,
  IconPhone,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconShieldLock,
  IconShoppingBag,
  IconUsers,
  IconVolume,
  IconWorldShare,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useShopName } from './data';

/** The sections of the cabinet, with the number of buyers who wait for a call back. */
export function Sections({ onGo }: { onGo: () => void }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const open = api.useQuery('get', '/tasks', { params: { query: { shop, state: 'open', limit: 200 } } });
  const waiting = open.data?.items?.length ?? 0;
  const badge = waiting > 0 && <em title={t('nav.waiting', { count: waiting })}>{open.data?.next_cursor ? `${waiting}+` : waiting}</em>;
  return (
    <>
      <ul>
        <li>
          <Link to="/s/$shop" params={{ shop }} activeOptions={{ exact: true }} onClick={onGo}>
            <IconHome size={17} stroke={1.75} aria-hidden />
            {t('nav.today')}
          </Link>
        </li>
        <li>
          <Link to="/s/$shop/calls" params={{ shop }} activeOptions={{ includeSearch: false }} onClick={onGo}>
            <IconPhone size={17} stroke={1.75} aria-hidden />
            {t('nav.calls')}
          </Link>
        </li>
        <li>
          <Link to="/s/$shop/lost" params={{ shop }} activeOptions={{ includeSearch: false }} onClick={onGo}>
            <IconPhoneOff size={17} stroke={1.75} aria-hidden />
            {t('nav.lost')}
            {badge}
          </Link>
        </li>
        <li>
          <Link to="/s/$shop/orders" params={{ shop }} activeOptions={{ includeSearch: false }} onClick={onGo}>
            <IconShoppingBag size={17} stroke={1.75} aria-hidden />
            {t('nav.orders')}
          </Link>
        </li>
        <li>
          <Link to="/s/$shop/buyers" params={{ shop }} activeOptions={{ includeSearch: false }} onClick={onGo}>
            <IconUsers size={17} stroke={1.75} aria-hidden />
            {t('nav.buyers')}
          </Link>
        </li>
      </ul>
      <ul>
        <li>
          <Link to="/s/$shop/scripts" params={{ shop }} onClick={onGo}>
            <IconGitBranch size={17} stroke={1.75} aria-hidden />
            {t('nav.scripts')}
          </Link>
        </li>
        <li>
          <Link to="/s/$shop/voice" params={{ shop }} onClick={onGo}>
            <IconVolume size={17} stroke={1.75} aria-hidden />
            {t('nav.voice')}
          </Link>
        </li>
        <li>
          <Link to="/s/$shop/catalogue" params={{ shop }} activeOptions={{ includeSearch: false }} onClick={onGo}>
            <IconBox size={17} stroke={1.75} aria-hidden />
            {t('nav.catalogue')}
          </Link>
        </li>
        <li>
          <Link to="/s/$shop/outgoing" params={{ shop }} onClick={onGo}>
            <IconPhoneOutgoing size={17} stroke={1.75} aria-hidden />
            {t('nav.outgoing')}
          </Link>
        </li>
        <li>
          <Link to="/s/$shop/recordings" params={{ shop }} onClick={onGo}>
            <IconShieldLock size={17} stroke={1.75} aria-hidden />
            {t('nav.recordings')}
          </Link>
        </li>
        <li>
          <Link to="/s/$shop/site" params={{ shop }} activeOptions={{ includeSearch: false }} onClick={onGo}>
            <IconWorldShare size={17} stroke={1.75} aria-hidden />
            {t('nav.site')}
          </Link>
        </li>
      </ul>
    </>
  );
}
