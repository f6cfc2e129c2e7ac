import { Button, Group, Select, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { answer, api, once, type Wire } from '../api/client';
import { queryClient } from '../api/queryClient';
import { CustomerSelect } from '../directory/CustomerSelect';
import { PageHeader } from '../shared/PageHeader';
import { useCommands } from '../shell/keys';
import { FieldInput, valueAt, withValue } from '../shared/form';
import { fieldError, ProblemAlert } from '../shared/Problem';
import { toast } from '../shared/toast';
import type { Search } from '../shared/search';
import { words } from '../shared/words';
import { useTranslation } from '../text/useTranslation';
import { customFacts } from './customFields';
import { contactName, customFieldsQuery, priorities, useContact, useRulebook } from './rulebook';
import { TagsSelect } from './TagsSelect';
import classes from './ticket.module.css';

type Fields = Wire<'TicketFields'>;

/** A ticket that an agent opens; what is not known yet can be left out. */
export function NewTicketPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const book = useRulebook();
  const custom = (useQuery(customFieldsQuery).data ?? []).filter(f => f.active);
  const [fields, setFields] = useState<Partial<Fields> & { subject: string }>({ subject: '', description: '', priority: 'normal', type: 'incident', category: 'general_inquiry', channel: 'phone', tags: [], customFields: {}, customerId: search.customerId ?? null, contactId: search.contactId ?? null });
  const subcategories = book.categories.find(c => c.key === fields.category)?.subcategories ?? [];
  const set = (changes: Partial<Fields>) => { setFields(f => ({ ...f, ...changes })); };
  // one key for one ticket: sent twice, it is made once
  const [key] = useState(once);
  const create = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/tickets', { params: { header: key }, body: fields as Fields })),
    onSuccess: async made => {
      void queryClient.invalidateQueries({ queryKey: ['tickets'] });
      await navigate({ to: '/tickets/$id', params: { id: made.reference }, replace: true });
      toast(t('tickets.create.done', { reference: made.reference }), () => answer(api.DELETE('/api/v1/tickets/{id}', { params: { path: { id: made.id } } })).then(() => navigate({ to: '/tickets' })));
    },
  });
  const error = (name: string) => fieldError(create.error, name);
  const form = useRef<HTMLFormElement>(null);
  useCommands([{ id: 'create', label: t('tickets.create.submit'), keys: 'mod+enter', scope: 'page', whileTyping: true, run: () => { form.current?.requestSubmit(); } }]);

  return (
    <>
      <PageHeader title={t('tickets.create.title')} />
      <form ref={form} className={classes.form} onSubmit={e => { e.preventDefault(); create.mutate(); }}>
        <div className={classes.formMain}>
          {create.error && <ProblemAlert error={create.error} />}
          <TextInput label={t('tickets.field.subject')} required autoFocus size="md" maxLength={500} value={fields.subject} error={error('subject')} onChange={e => { set({ subject: e.currentTarget.value }); }} />
          <Textarea label={t('tickets.field.description')} autosize minRows={8} maxRows={24} value={fields.description} error={error('description')} onChange={e => { set({ description: e.currentTarget.value }); }} />
        </div>
        <div className={classes.formSide}>
          <CustomerSelect label={t('tickets.create.customer')} placeholder={t('tickets.create.none')} value={fields.customerId ?? null} error={error('customerId')} choose={customerId => { set({ customerId, contactId: null }); }} />
          <ContactSelect customerId={fields.customerId ?? null} value={fields.contactId ?? null} error={error('contactId')} choose={(contactId, customerId) => { set({ contactId, ...(customerId ? { customerId } : {}) }); }} />
          <TextInput label={t('tickets.field.assetId')} placeholder={t('tickets.create.assetHint')} value={fields.assetNumber ?? ''} error={error('assetNumber')} onChange={e => { set({ assetNumber: e.currentTarget.value || null }); }} />
          <Group grow>
            <Select label={t('tickets.field.priority')} allowDeselect={false} data={priorities.map(p => ({ value: p, label: t(`tickets.priority.${p}`) }))} value={fields.priority ?? 'normal'} onChange={v => { set({ priority: v as Fields['priority'] & string }); }} />
            <Select label={t('tickets.field.type')} allowDeselect={false} data={(['question', 'incident', 'problem', 'task'] as const).map(v => ({ value: v, label: t(`tickets.type.${v}`) }))} value={fields.type ?? 'incident'} onChange={v => { set({ type: v as Fields['type'] & string }); }} />
          </Group>
          <Select label={t('tickets.field.category')} allowDeselect={false} data={book.categories.filter(c => c.active).map(c => ({ value: c.key, label: c.name }))} value={fields.category ?? null} error={error('category')} onChange={v => { set({ category: v!, subcategory: null }); }} />
          {subcategories.length > 0 && <Select label={t('tickets.field.subcategory')} clearable data={subcategories.map(s => ({ value: s, label: words(s) }))} value={fields.subcategory ?? null} error={error('subcategory')} onChange={subcategory => { set({ subcategory }); }} />}
          <Select label={t('tickets.field.channel')} allowDeselect={false} data={(['phone', 'email', 'chat', 'whatsapp', 'web', 'internal', 'ad_hoc'] as const).map(v => ({ value: v, label: t(`tickets.channel.${v}`) }))} value={fields.channel ?? 'phone'} onChange={v => { set({ channel: v as Fields['channel'] & string }); }} />
          <Group grow>
            <Select label={t('tickets.field.groupId')} clearable searchable data={book.groups.map(g => ({ value: g.id, label: g.name }))} value={fields.groupId ?? null} error={error('groupId')} onChange={groupId => { set({ groupId }); }} />
            <Select label={t('tickets.field.assigneeId')} clearable searchable data={book.agents.filter(a => a.active && a.role !== 'light_agent').map(a => ({ value: a.id, label: a.name }))} value={fields.assigneeId ?? null} error={error('assigneeId')} onChange={assigneeId => { set({ assigneeId }); }} />
          </Group>
          <TagsSelect label={t('tickets.field.tags')} value={fields.tags ?? []} error={error('tags')} onChange={next => { set({ tags: next }); }} />
          {customFacts(custom).map(f => <FieldInput key={f.name} field={f} value={valueAt(fields, f.name)} error={error(f.name)} onChange={v => { setFields(old => withValue(old, f.name, v ?? undefined) as typeof old); }} />)}
        </div>
        <div className={classes.formFoot}><Text size="xs" c="dimmed">{t('tickets.create.hint')}</Text><Button type="submit" loading={create.isPending}>{t('tickets.create.submit')}</Button></div>
      </form>
    </>
  );
}

function ContactSelect({ customerId, value, choose, error }: { customerId: string | null; value: string | null; choose: (id: string | null, customerId?: string) => void; error: string | undefined }) {
  const { t } = useTranslation();
  const chosen = useContact(value);
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), 120);
  const found = useQuery({
    queryKey: ['contacts', 'pick', customerId, asked], placeholderData: keepPreviousData,
    queryFn: () => answer(api.GET('/api/v1/contacts', { params: { query: { limit: '20', ...(customerId ? { customerId: [customerId] } : {}), ...(asked && asked !== (chosen && contactName(chosen)) ? { search: asked } : {}) } } })).then(p => p.data),
  });
  const options = [...(chosen && !found.data?.some(c => c.id === chosen.id) ? [chosen] : []), ...found.data ?? []].map(c => ({ value: c.id, label: contactName(c) }));
  return <Select label={t('tickets.create.contact')} placeholder={t('tickets.create.none')} searchable clearable data={options} filter={({ options: all }) => all} value={value} error={error} onChange={id => { choose(id, found.data?.find(c => c.id === id)?.customerId); }} searchValue={typed} onSearchChange={setTyped} nothingFoundMessage={t('shell.palette.nothing')} />;
}
