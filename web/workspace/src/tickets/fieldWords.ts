import { useQuery } from '@tanstack/react-query';
import i18next from 'i18next';
import { exactTime } from '../shared/Time';
import { words } from '../shared/words';
import { contactQuery, contactName, customFieldsQuery, customerQuery, useRulebook } from './rulebook';
import { queryClient } from '../api/queryClient';
import { useTranslation } from '../text/useTranslation';

export type FieldWords = ReturnType<typeof useFieldWords>;

/** Names of fields and values of a ticket in the reader's words. */
export function useFieldWords() {
  const { t, i18n } = useTranslation();
  const book = useRulebook();
  const custom = useQuery(customFieldsQuery).data ?? [];

  function name(field: string): string {
    if (field.startsWith('customFields.') || field.startsWith('cf.')) {
      const key = field.slice(field.indexOf('.') + 1);
      return custom.find(f => f.key === key)?.label ?? key;
    }

    return i18next.exists(`tickets.field.${field}`) ? t(`tickets.field.${field as 'status'}`) : field;
  }

  function value(field: string, raw: unknown): string {
    if (raw === null || raw === undefined) return '';
    if (Array.isArray(raw)) return raw.map(v => value(field, v)).join(', ');
    if (typeof raw === 'object') return 'name' in raw && typeof raw.name === 'string' ? raw.name : JSON.stringify(raw);
    const text = String(raw);
    switch (field) {
      case 'status': return book.status(text)?.name ?? text;
      case 'statusCategory': return i18next.exists(`tickets.status.${text}`) ? t(`tickets.status.${text as 'new'}`) : text;
      case 'priority': return i18next.exists(`tickets.priority.${text}`) ? t(`tickets.priority.${text as 'low'}`) : text;
      case 'type': return i18next.exists(`tickets.type.${text}`) ? t(`tickets.type.${text as 'task'}`) : text;
      case 'channel': return i18next.exists(`tickets.channel.${text}`) ? t(`tickets.channel.${text as 'web'}`) : text;
      case 'category': return book.category(text)?.name ?? words(text);
      case 'subcategory': return words(text);
      case 'assigneeId': case 'assignee': case 'followerIds': case 'followers': return book.agent(text)?.name ?? text;
      case 'groupId': case 'group': return book.group(text)?.name ?? text;
      case 'customerId': case 'customer': return queryClient.getQueryData(customerQuery(text).queryKey)?.name ?? text;
      case 'contactId': { const c = queryClient.getQueryData(contactQuery(text).queryKey); return c ? contactName(c) : text; }
    }

    if (text === 'true') return t('shared.yes');
    if (text === 'false') return t('shared.no');
    if (/^\d{4}-\d\d-\d\dT/.test(text)) return exactTime(text, i18n.language);
    return text.length > 140 ? `${text.slice(0, 140)}…` : text;
  }

  return { name, value };
}
