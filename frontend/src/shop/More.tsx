import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import css from './shop.module.css';

type Props = { shown: number; query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown } };

/** The foot of a list: how much is shown, and the next page. */
export function More({ shown, query }: Props) {
  const { t } = useTranslation();
  return (
    <div className={css.more}>
      {query.hasNextPage && (
        <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t('list.more', { count: 50 })}
        </Button>
      )}
      <span>{query.hasNextPage ? t('list.shown', { count: shown }) : t('list.all', { count: shown })}</span>
    </div>
  );
}
