import i18next from 'i18next';
import { exactTime } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';

/** Names of fields and values of the directory in the reader's words. */
export function useDirectoryWords() {
  const { t } = useTranslation();
  function name(field: string): string {
    const last = field.startsWith('address.') ? field.slice(8) : field.startsWith('customFields.') ? field.slice(13) : field;
    return i18next.exists(`directory.field.${last}`) ? t(`directory.field.${last as 'name'}`) : last;
  }

  function value(field: string, raw: unknown): string {
    if (raw === null || raw === undefined || raw === '') return '—';
    if (Array.isArray(raw)) return raw.map(v => value(field, v)).join(', ') || '—';
    if (typeof raw === 'object') return Object.entries(raw).map(([k, v]) => `${name(k)}: ${value(k, v)}`).join(', ') || '—';
    const text = String(raw);
    if (text === 'true') return t('shared.yes');
    if (text === 'false') return t('shared.no');
    for (const words of ['tierName', 'kind', 'locationKind'] as const) {
      if ((field === 'tier' || field === 'type') && i18next.exists(`directory.${words}.${text}`)) return String(i18next.t(`directory.${words}.${text}` as 'directory.kind.business'));
    }

    return /^\d{4}-\d\d-\d\dT/.test(text) ? exactTime(text) : text;
  }

  return { name, value };
}
