// Which language the pages speak. Only its own words are loaded.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Locale } from './format';
import { localeOf } from './person';
import type { ru } from './words/ru';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof ru };
  }
}

const kept = 'switchboard.language';

const load = async (locale: Locale) => (locale === 'en' ? (await import('./words/en')).en : (await import('./words/ru')).ru);

/** The language that was chosen here, else the browser's. */
const first = (): Locale => localeOf(localStorage.getItem(kept) ?? navigator.language);

export async function startWords(): Promise<void> {
  const locale = first();
  document.documentElement.lang = locale;
  await i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    resources: { [locale]: { translation: await load(locale) } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

export async function speak(locale: Locale): Promise<void> {
  i18next.addResourceBundle(locale, 'translation', await load(locale));
  localStorage.setItem(kept, locale);
  document.documentElement.lang = locale;
  await i18next.changeLanguage(locale);
}

/** Follows the account's language until the person chooses another one here. */
export async function follow(locale: Locale): Promise<void> {
  if (localStorage.getItem(kept) === null && locale !== i18next.language) {
    i18next.addResourceBundle(locale, 'translation', await load(locale));
    document.documentElement.lang = locale;
    await i18next.changeLanguage(locale);
  }
}
