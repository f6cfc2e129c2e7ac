import { useQueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { answer, api, once, type Wire } from '../api/client';
import { FormDialog, type Field } from '../shared/form';
import { useTranslation } from '../text/useTranslation';
import { CustomerSelect } from './CustomerSelect';
import { newContactFields, newLocationFields } from './fields';

interface Props<Entry> {
  /** Whose it is; asked for where that is not known. */
  customerId?: string;
  onSaved?: (made: Entry) => void;
  close: () => void;
}

const customerField = (t: TFunction): Field => ({
  name: 'customerId', label: t('directory.field.customer'), required: true,
  input: (look, value, onChange) => <CustomerSelect {...look} value={value as string | null} choose={onChange} />,
});

export function NewContact({ customerId, onSaved, close }: Props<Wire<'ContactResponse'>>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <FormDialog title={t('directory.newContact')} fields={[...(customerId ? [] : [customerField(t)]), ...newContactFields(t)]} initial={{ customerId: customerId ?? null, firstName: '', lastName: '' }} close={close}
      save={({ customerId: of, ...values }) => answer(api.POST('/api/v1/customers/{id}/contacts', { params: { path: { id: of as string }, header: once() }, body: { customFields: {}, ...values } as unknown as Wire<'ContactFields'> }))}
      onSaved={made => { void client.invalidateQueries({ queryKey: ['contacts'] }); onSaved?.(made); }} />
  );
}

export function NewLocation({ customerId, onSaved, close }: Props<Wire<'LocationResponse'>>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <FormDialog title={t('directory.newLocation')} fields={[...(customerId ? [] : [customerField(t)]), ...newLocationFields(t)]} initial={{ customerId: customerId ?? null, name: '', type: 'branch' }} close={close}
      save={({ customerId: of, ...values }) => answer(api.POST('/api/v1/customers/{id}/locations', { params: { path: { id: of as string }, header: once() }, body: values as unknown as Wire<'LocationFields'> }))}
      onSaved={made => { void client.invalidateQueries({ queryKey: ['locations'] }); onSaved?.(made); }} />
  );
}
