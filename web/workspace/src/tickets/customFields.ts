import type { Wire } from '../api/client';
import type { Field } from '../shared/form';
import { words } from '../shared/words';

const kinds = { text: 'text', number: 'decimal', boolean: 'switch', date: 'date', select: 'select', multi_select: 'many' } as const;

/** The desk's own fields as fields of a form, by their place in a ticket. */
export function customFacts(defined: Wire<'CustomFieldResponse'>[]): Field[] {
  return defined.map(f => ({
    name: `customFields.${f.key}`, label: f.label, kind: kinds[f.type], required: f.required,
    ...(f.options.length > 0 ? { options: f.options.map(o => ({ value: o, label: words(o) })) } : {}),
  }));
}
