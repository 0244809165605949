// Ctrl K: first what can be done here, then things, then pages and settings. It shows each one's key, so that it teaches them.
import '@mantine/spotlight/styles.layer.css';
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signOut } from '../api/session';
import { finds } from '../ui/find';
import { speak } from '../ui/language';
import { localeOf } from '../ui/person';
import { Key } from '../ui/ui';
import { useShopName } from './data';
import { useFound } from './found';
import css from './palette.module.css';
import { sections } from './sections';
import { useOffered, type Verb } from './verbs';

type Props = { help: () => void };

/** Opens by Ctrl K, also while somebody writes. */
export function Palette({ help }: Props) {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const offered = useOffered();
  const pages = usePages();
  const settings = useSettings(help);
  const found = useFound(query);
  useEffect(choose, [found.map((f) => f.id).join()]);
  const groups: SpotlightActionGroupData[] = [
    { group: t('palette.here'), actions: offered.map(actionOf) },
    { group: t('palette.things'), actions: found.map((f) => ({ ...f, keywords: ['\u0000found'] })) },
    { group: t('palette.pages'), actions: pages.map(actionOf) },
    { group: t('palette.settings'), actions: settings.map(actionOf) },
  ];
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      filter={narrow}
      shortcut="mod + K"
      tagsToIgnore={[]}
      triggerOnContentEditable
      scrollable
      transitionProps={{ duration: 0 }}
      overlayProps={{ blur: 0 }}
      classNames={{ actionsGroup: css.group, search: css.search }}
      maxHeight={420}
      nothingFound={t('palette.nothing')}
      searchProps={{ placeholder: t('palette.search'), 'aria-label': t('palette.search') }}
    />
  );
}

/** Chooses the first line when none is: things come after the query that asked for them, and Enter is to take the first. */
function choose() {
  const list = document.querySelector('[role="dialog"]');
  if (!list?.querySelector('[data-selected]')) list?.querySelector('[data-action]')?.setAttribute('data-selected', 'true');
}

const actionOf = (v: Verb): SpotlightActionData => ({
  id: v.id,
  label: v.label,
  onClick: v.run,
  ...(v.key && { rightSection: <Key>{v.key}</Key> }),
});

type Entry = SpotlightActionData | SpotlightActionGroupData;

/** Things were found by the server; the rest is found here, in either keyboard layout. */
function narrow(query: string, entries: Entry[]): Entry[] {
  const fits = (a: SpotlightActionData) => isFound(a) || query.trim() === '' || finds(query, a.label ?? '');
  return entries
    .map((e): Entry => ('actions' in e ? { ...e, actions: e.actions.filter(fits) } : e))
    .filter((e) => !('actions' in e) || e.actions.length > 0);
}

const isFound = (a: SpotlightActionData): boolean => Array.isArray(a.keywords) && a.keywords.includes('\u0000found');

function usePages(): Verb[] {
  const { t } = useTranslation();
  const router = useRouter();
  const shop = useShopName();
  return sections.map((s) => ({
    id: `page-${s.id}`,
    label: t(`nav.${s.id}`),
    key: `G ${s.key}`,
    run: () => void router.navigate({ to: s.to, params: { shop } }),
  }));
}

function useSettings(help: () => void): Verb[] {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const router = useRouter();
  const other = localeOf(i18n.language) === 'ru' ? 'en' : 'ru';
  const leave = async () => {
    await signOut(queries);
    await router.navigate({ to: '/signin' });
  };
  return [
    { id: 'help', label: t('keys.title'), key: '?', run: help },
    { id: 'language', label: other === 'en' ? 'English' : 'Русский', run: () => void speak(other) },
    { id: 'leave', label: t('frame.leave'), run: leave },
  ];
}
