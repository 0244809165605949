// What is left of an item, in words.
import { useTranslation } from 'react-i18next';
import type { Item } from './call';

/** How many there are, in words. */
export function useStock(): (i: Pick<Item, 'available' | 'stock'>) => string {
  const { t } = useTranslation();
  return (i) => (!i.available ? t('catalogue.out') : i.stock === null ? t('catalogue.inStock') : t('catalogue.pieces', { count: i.stock }));
}
