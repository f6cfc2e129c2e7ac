import type { TFunction } from 'i18next';
import type { Field, Option } from '../shared/form';

export const tiers = ['bronze', 'silver', 'gold', 'platinum'] as const;
export const kinds = ['business', 'residential'] as const;
export const locationKinds = ['headquarters', 'branch', 'datacenter', 'remote'] as const;

export const tierOptions = (t: TFunction): Option[] => tiers.map(value => ({ value, label: t(`directory.tierName.${value}`) }));
export const kindOptions = (t: TFunction): Option[] => kinds.map(value => ({ value, label: t(`directory.kind.${value}`) }));
export const locationKindOptions = (t: TFunction): Option[] => locationKinds.map(value => ({ value, label: t(`directory.locationKind.${value}`) }));

const addressFields = (t: TFunction): Field[] => [
  ...(['line1', 'line2', 'city', 'state', 'postalCode'] as const).map(name => ({ name: `address.${name}`, label: t(`directory.field.${name}`) })),
  { name: 'address.country', label: t('directory.field.country'), hint: t('directory.field.countryHint') },
];

export const customerFields = (t: TFunction): Field[] => [
  { name: 'name', label: t('directory.field.name'), required: true, whenEmpty: '' },
  { name: 'type', label: t('directory.field.type'), kind: 'select', options: kindOptions(t), required: true },
  { name: 'tier', label: t('directory.field.tier'), kind: 'select', options: tierOptions(t), required: true },
  { name: 'email', label: t('directory.field.email'), kind: 'email' },
  { name: 'phone', label: t('directory.field.phone'), kind: 'tel' },
  { name: 'website', label: t('directory.field.website') },
  { name: 'domains', label: t('directory.field.domains'), kind: 'tags', hint: t('directory.field.domainsHint') },
  ...addressFields(t),
  { name: 'details', label: t('directory.field.details'), kind: 'area' },
  { name: 'number', label: t('directory.field.number') },
  { name: 'externalId', label: t('directory.field.externalId') },
];

/** What a new customer is asked for; the rest is a fact to add later. */
export const newCustomerFields = (t: TFunction) => customerFields(t).filter(f => ['name', 'type', 'tier', 'email', 'phone', 'address.city'].includes(f.name));

export const contactFields = (t: TFunction): Field[] => [
  { name: 'firstName', label: t('directory.field.firstName'), required: true, whenEmpty: '' },
  { name: 'lastName', label: t('directory.field.lastName'), whenEmpty: '' },
  { name: 'email', label: t('directory.field.email'), kind: 'email' },
  { name: 'phoneMobile', label: t('directory.field.phoneMobile'), kind: 'tel' },
  { name: 'phoneOffice', label: t('directory.field.phoneOffice'), kind: 'tel' },
  { name: 'phoneDirect', label: t('directory.field.phoneDirect'), kind: 'tel' },
  { name: 'title', label: t('directory.field.title') },
  { name: 'department', label: t('directory.field.department') },
  { name: 'isPrimary', label: t('directory.contactIs.isPrimary'), kind: 'switch' },
  { name: 'isBilling', label: t('directory.contactIs.isBilling'), kind: 'switch' },
  { name: 'isTechnical', label: t('directory.contactIs.isTechnical'), kind: 'switch' },
  { name: 'externalId', label: t('directory.field.externalId') },
];

export const newContactFields = (t: TFunction) => contactFields(t).filter(f => ['firstName', 'lastName', 'email', 'phoneMobile', 'title', 'isPrimary'].includes(f.name));

export const locationFields = (t: TFunction): Field[] => [
  { name: 'name', label: t('directory.field.name'), required: true, whenEmpty: '' },
  { name: 'type', label: t('directory.field.type'), kind: 'select', options: locationKindOptions(t), required: true },
  ...addressFields(t),
  { name: 'isPrimary', label: t('directory.field.isPrimary'), kind: 'switch' },
  { name: 'isBilling', label: t('directory.field.isBilling'), kind: 'switch' },
  { name: 'isShipping', label: t('directory.field.isShipping'), kind: 'switch' },
  { name: 'externalId', label: t('directory.field.externalId') },
];

export const newLocationFields = (t: TFunction) => locationFields(t).filter(f => ['name', 'type', 'address.line1', 'address.city', 'address.country'].includes(f.name));

export const assetFields = (t: TFunction): Field[] => [
  { name: 'number', label: t('directory.field.number'), required: true, whenEmpty: '' },
  { name: 'name', label: t('directory.field.name') },
  { name: 'installedOn', label: t('directory.field.installedOn'), kind: 'date' },
];
