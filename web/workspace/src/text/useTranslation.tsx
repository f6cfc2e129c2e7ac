import i18next, { type TFunction } from 'i18next';
import { createContext, use, useSyncExternalStore, type ReactNode } from 'react';

interface Translation { t: TFunction; i18n: typeof i18next }

/** A page names some hundred things at once, mostly by words alone: those are looked up once a language. */
function translation(): Translation {
  const look = i18next.getFixedT(i18next.language) as (key: string, options?: object) => string;
  const known = new Map<string, string>();
  const t = (key: string, options?: object) => {
    if (options) return look(key, options);
    let found = known.get(key);
    if (found === undefined) known.set(key, found = look(key));
    return found;
  };
  return { t: t as TFunction, i18n: i18next };
}

let current: Translation | undefined;

function watch(changed: () => void) {
  const take = () => { current = translation(); changed(); };
  i18next.on('languageChanged', take);
  return () => { i18next.off('languageChanged', take); };
}

const Words = createContext<Translation | null>(null);

/** What is inside speaks the language in use, and at once the next one when it changes. */
export function TextProvider({ children }: { children: ReactNode }) {
  return <Words value={useSyncExternalStore(watch, () => current ??= translation())}>{children}</Words>;
}

/** The words of the language in use: one look at the context, where react-i18next has five hooks in each part of a page. */
export function useTranslation(): Translation {
  const words = use(Words);
  if (!words) throw new Error('TextProvider is missing.');
  return words;
}
