import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, once, type Wire } from '../api/client';
import { FormDialog } from '../shared/form';
import { usePaged, useAddress } from '../shared/paged';
import { Time } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';
import classes from './directory.module.css';
import { kindOptions, newCustomerFields, tierOptions } from './fields';
import { ListFrame, OneFilter } from './ListFrame';
import { several } from './queries';
import { Tier } from './Tier';

export function CustomerListPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { search } = useAddress();
  const [isNew, setNew] = useState(false);
  const query = {
    sort: search.sort ?? 'name', tier: several(search.tier), type: several(search.type),
    ...(search.search ? { search: search.search } : {}), ...(search.active ? { active: search.active } : {}), ...(search.parentId ? { parentId: [search.parentId] } : {}),
  };
  const list = usePaged<Wire<'CustomerResponse'>>(['customers', query], (page, signal) => answer(api.GET('/api/v1/customers', { params: { query: { ...query, ...page } }, signal })));
  return (
    <>
      <ListFrame
        place="customers" list={list} filters={['tier', 'type', 'active', 'parentId']} exported={query} isImported
        create={{ label: t('directory.newCustomer'), open: () => { setNew(true); } }}
        filterInputs={(
          <>
            <OneFilter name="tier" label={t('directory.field.tier')} options={tierOptions(t)} />
            <OneFilter name="type" label={t('directory.field.type')} options={kindOptions(t)} />
            <OneFilter name="active" label={t('directory.field.active')} options={[{ value: 'true', label: t('shared.active') }, { value: 'false', label: t('shared.inactive') }]} />
            <Button component={Link} to="/customers/duplicates" variant="subtle" size="compact-xs" ml="auto">{t('directory.duplicates')}</Button>
          </>
        )}
        columns={[
          { key: 'name', title: t('directory.field.name'), sort: 'name', cell: c => <><Link to="/customers/$id" params={{ id: c.id }} className={classes.link}>{c.name}</Link>{!c.active && <Text span size="xs" c="dimmed"> · {t('directory.inactive')}</Text>}</> },
          { key: 'number', title: t('directory.field.number'), sort: 'number', wide: 'very', width: '8rem', cell: c => <span className="tabular">{c.number}</span> },
          { key: 'tier', title: t('directory.field.tier'), width: '6rem', cell: c => <Tier tier={c.tier} /> },
          { key: 'email', title: t('directory.field.email'), wide: true, long: true, cell: c => c.email },
          { key: 'phone', title: t('directory.field.phone'), wide: true, cell: c => <span className="tabular">{c.phone}</span> },
          { key: 'city', title: t('directory.field.city'), wide: 'very', cell: c => c.address.city },
          { key: 'updated', title: t('shared.updated'), sort: 'updatedAt', wide: 'very', width: '8rem', cell: c => <Time at={c.updatedAt} /> },
        ]}
      />
      {isNew && (
        <FormDialog title={t('directory.newCustomer')} fields={newCustomerFields(t)} initial={{ name: '', type: 'business', tier: 'bronze' }} close={() => { setNew(false); }}
          save={values => answer(api.POST('/api/v1/customers', { params: { header: once() }, body: { customFields: {}, ...values } as unknown as Wire<'CustomerFields'> }))}
          onSaved={saved => { void client.invalidateQueries({ queryKey: ['customers'] }); void navigate({ to: '/customers/$id', params: { id: saved.id } }); }} />
      )}
    </>
  );
}
