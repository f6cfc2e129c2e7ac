import i18next from 'i18next';
import { en } from './en';

/** Every language has what English has, with words of its own: the compiler compares them. */
type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> };
export type Catalogue = Same<typeof en>;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'desk';
    resources: { desk: typeof en };
    returnNull: false;
  }
}

export const languages = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof languages;

const others: Record<Exclude<Language, 'en'>, () => Promise<Catalogue>> = {
  es: async () => (await import('./es')).es,
};

const kept = 'deskhand.language';

/** What was chosen here, or else what the browser asks for. */
export function startLanguage(): Language {
  const wanted = localStorage.getItem(kept) ?? navigator.language;
  return wanted.startsWith('es') ? 'es' : 'en';
}

export const hasChosenLanguage = () => localStorage.getItem(kept) !== null;

export async function startText(): Promise<void> {
  const language = startLanguage();
  await i18next.init({
    lng: 'en', fallbackLng: 'en', defaultNS: 'desk', ns: ['desk'], resources: { en: { desk: en } }, interpolation: { escapeValue: false }, returnNull: false,
  });
  await show(language);
}

async function show(language: Language) {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'desk')) i18next.addResourceBundle(language, 'desk', await others[language]());
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** Changes the language of this browser; `keep` false when it only follows the account. */
export async function chooseLanguage(language: Language, keep = true) {
  if (keep) localStorage.setItem(kept, language);
  await show(language);
}
