import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, once, type Wire } from '../api/client';
import { FormDialog } from '../shared/form';
import { useAddress, usePaged } from '../shared/paged';
import { Time } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';
import { CustomerName } from './CustomerName';
import classes from './directory.module.css';
import { assetFields, locationKindOptions } from './fields';
import { ListFrame, OneFilter } from './ListFrame';
import { NewContact, NewLocation } from './NewEntry';
import { fullName, several } from './queries';

export function ContactListPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { search } = useAddress();
  const [isNew, setNew] = useState(false);
  const query = { sort: search.sort ?? 'name', ...(search.search ? { search: search.search } : {}), ...(search.active ? { active: search.active } : {}), ...(search.isPrimary ? { isPrimary: search.isPrimary } : {}) };
  const list = usePaged<Wire<'ContactResponse'>>(['contacts', query], (page, signal) => answer(api.GET('/api/v1/contacts', { params: { query: { ...query, ...page } }, signal })));
  return (
    <>
      <ListFrame
        place="contacts" list={list} filters={['active', 'isPrimary']} exported={query} isImported create={{ label: t('directory.newContact'), open: () => { setNew(true); } }}
        filterInputs={(
          <>
            <OneFilter name="isPrimary" label={t('directory.contactIs.isPrimary')} options={[{ value: 'true', label: t('shared.yes') }, { value: 'false', label: t('shared.no') }]} />
            <OneFilter name="active" label={t('directory.field.active')} options={[{ value: 'true', label: t('shared.active') }, { value: 'false', label: t('shared.inactive') }]} />
          </>
        )}
        columns={[
          { key: 'name', title: t('directory.field.name'), sort: 'name', cell: c => <Link to="/contacts/$id" params={{ id: c.id }} className={classes.link}>{fullName(c)}</Link> },
          { key: 'customer', title: t('directory.field.customer'), cell: c => <CustomerName id={c.customerId} /> },
          { key: 'email', title: t('directory.field.email'), wide: true, long: true, cell: c => c.email },
          { key: 'phone', title: t('directory.field.phone'), wide: true, cell: c => <span className="tabular">{c.phoneMobile ?? c.phoneOffice ?? c.phoneDirect}</span> },
          { key: 'title', title: t('directory.field.title'), wide: 'very', cell: c => c.title },
          { key: 'updated', title: t('shared.updated'), sort: 'updatedAt', wide: 'very', width: '8rem', cell: c => <Time at={c.updatedAt} /> },
        ]}
      />
      {isNew && <NewContact close={() => { setNew(false); }} onSaved={made => { void navigate({ to: '/contacts/$id', params: { id: made.id } }); }} />}
    </>
  );
}

export function LocationListPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { search } = useAddress();
  const [isNew, setNew] = useState(false);
  const query = { sort: search.sort ?? 'name', type: several(search.type), ...(search.search ? { search: search.search } : {}) };
  const list = usePaged<Wire<'LocationResponse'>>(['locations', query], (page, signal) => answer(api.GET('/api/v1/locations', { params: { query: { ...query, ...page } }, signal })));
  return (
    <>
      <ListFrame
        place="locations" list={list} filters={['type']} create={{ label: t('directory.newLocation'), open: () => { setNew(true); } }}
        filterInputs={<OneFilter name="type" label={t('directory.field.type')} options={locationKindOptions(t)} />}
        columns={[
          { key: 'name', title: t('directory.field.name'), sort: 'name', cell: l => <Link to="/locations/$id" params={{ id: l.id }} className={classes.link}>{l.name}</Link> },
          { key: 'customer', title: t('directory.field.customer'), cell: l => <CustomerName id={l.customerId} /> },
          { key: 'type', title: t('directory.field.type'), wide: true, cell: l => t(`directory.locationKind.${l.type}`) },
          { key: 'city', title: t('directory.field.city'), wide: 'very', cell: l => l.address.city },
          { key: 'updated', title: t('shared.updated'), sort: 'updatedAt', wide: 'very', width: '8rem', cell: l => <Time at={l.updatedAt} /> },
        ]}
      />
      {isNew && <NewLocation close={() => { setNew(false); }} onSaved={made => { void navigate({ to: '/locations/$id', params: { id: made.id } }); }} />}
    </>
  );
}

export function AssetListPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { search } = useAddress();
  const [isNew, setNew] = useState(false);
  const query = { sort: search.sort ?? 'number', ...(search.search ? { search: search.search } : {}) };
  const list = usePaged<Wire<'AssetResponse'>>(['assets', query], (page, signal) => answer(api.GET('/api/v1/assets', { params: { query: { ...query, ...page } }, signal })));
  return (
    <>
      <ListFrame
        place="assets" list={list} filters={[]} exported={query} isImported create={{ label: t('directory.newAsset'), open: () => { setNew(true); } }}
        columns={[
          { key: 'number', title: t('directory.field.number'), sort: 'number', cell: a => <Link to="/assets/$id" params={{ id: a.id }} className={`${classes.link} tabular`}>{a.number}</Link> },
          { key: 'name', title: t('directory.field.name'), wide: true, cell: a => a.name },
          { key: 'customer', title: t('directory.field.customer'), cell: a => a.customerId ? <CustomerName id={a.customerId} /> : <Text span c="dimmed" size="sm">—</Text> },
          { key: 'project', title: t('directory.field.project'), wide: true, cell: a => a.projectName },
          { key: 'updated', title: t('shared.updated'), sort: 'updatedAt', wide: 'very', width: '8rem', cell: a => <Time at={a.updatedAt} /> },
        ]}
      />
      {isNew && (
        <FormDialog title={t('directory.newAsset')} fields={assetFields(t)} initial={{ number: '' }} close={() => { setNew(false); }}
          save={values => answer(api.POST('/api/v1/assets', { params: { header: once() }, body: values as unknown as Wire<'AssetFields'> }))}
          onSaved={saved => { void client.invalidateQueries({ queryKey: ['assets'] }); void navigate({ to: '/assets/$id', params: { id: saved.id } }); }} />
      )}
    </>
  );
}
