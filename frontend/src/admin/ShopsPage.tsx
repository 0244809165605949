import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import { localeOf } from '../ui/person';
import { ShopBadge } from '../ui/ui';
import css from './admin.module.css';

/** The shops that the platform's people may look into. */
export function ShopsPage() {
  const { t, i18n } = useTranslation();
  const shops = api.useQuery('get', '/shops', { params: { query: { limit: 200 } } });
  return (
    <main className={css.page}>
      <title>{t('shops.page')}</title>
      <h1>
        {t('shops.title')} <Link to="/admin/security">{t('security.nav')}</Link>
      </h1>
      <Panel query={shops}>
        {(d) =>
          (d.items ?? []).length === 0 ? (
            <Empty title={t('shops.none')} />
          ) : (
            <ul>
              {(d.items ?? []).map((s) => {
                const name = localeOf(i18n.language) === 'ru' ? s.name_ru : s.name_en;
                return (
                  <li key={s.id}>
                    <ShopBadge shop={{ name, colour: s.colour }} size={28} />
                    <Link to="/s/$shop" params={{ shop: s.slug }}>
                      {name}
                    </Link>
                    <span>{s.slug}</span>
                  </li>
                );
              })}
            </ul>
          )
        }
      </Panel>
    </main>
  );
}
