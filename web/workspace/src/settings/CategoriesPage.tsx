import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { words } from '../shared/words';
import { useTranslation } from '../text/useTranslation';
import { Collection } from './Collection';
import { useCategories } from './lists';
import { MergeCategory } from './MergeCategory';

type Category = Wire<'CategoryResponse'>;
type CustomField = Wire<'CustomFieldResponse'>;
const types = ['text', 'number', 'boolean', 'date', 'select', 'multi_select'] as const;

export function CategoriesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const all = useCategories();
  const [merged, setMerged] = useState<Category | null>(null);
  return (
    <>
      <Collection<Category>
        at="categories" queryKey={['categories']} permission="settings:manage" nameOf={c => c.name} read={page => answer(api.GET('/api/v1/categories', { params: { query: page } }))}
        fields={row => [
          { name: 'name', label: t('shared.name'), required: true, whenEmpty: '' },
          ...(row ? [] : [{ name: 'key', label: t('settings.categories.key'), hint: t('settings.categories.keyHint'), required: true, whenEmpty: '' as const }]),
          { name: 'subcategories', label: t('settings.categories.sub'), kind: 'tags' as const },
          { name: 'position', label: t('settings.categories.position'), kind: 'number' as const },
          { name: 'active', label: t('shared.active'), kind: 'switch' as const },
        ]}
        blank={{ name: '', key: '', subcategories: [], active: true }} toValues={c => ({ name: c.name, key: c.key, subcategories: c.subcategories, position: c.position, active: c.active })}
        create={values => answer(api.POST('/api/v1/categories', { body: values as unknown as Wire<'CategoryFields'> }))}
        update={(c, values) => answer(api.PATCH('/api/v1/categories/{id}', { ...mergePatch, params: { path: { id: c.id } }, body: values as unknown as Wire<'CategoryFields'> }))}
        remove={c => answer(api.DELETE('/api/v1/categories/{id}', { params: { path: { id: c.id } } }))}
        columns={[
          { key: 'key', title: t('settings.categories.key'), wide: true, cell: c => <code>{c.key}</code> },
          { key: 'sub', title: t('settings.categories.sub'), wide: true, cell: c => c.subcategories.map(words).join(', ') },
          { key: 'active', title: t('shared.active'), width: '6rem', cell: c => c.active ? t('shared.yes') : t('shared.no') },
        ]}
        actions={c => [{ label: t('settings.categories.mergeInto'), run: () => { setMerged(c); } }]}
      />
      {merged && <MergeCategory category={merged} others={all} close={() => { setMerged(null); }} done={() => { void client.invalidateQueries({ queryKey: ['categories'] }); }} />}
    </>
  );
}

export function CustomFieldsPage() {
  const { t } = useTranslation();
  return (
    <Collection<CustomField>
      at="fields" queryKey={['custom-fields']} permission="settings:manage" nameOf={f => f.label} read={page => answer(api.GET('/api/v1/custom-fields', { params: { query: page } }))}
      fields={row => [
        { name: 'label', label: t('settings.fields.label'), required: true, whenEmpty: '' },
        ...(row ? [] : [
          { name: 'key', label: t('settings.fields.key'), hint: t('settings.categories.keyHint'), required: true, whenEmpty: '' as const },
          { name: 'type', label: t('settings.fields.type'), kind: 'select' as const, required: true, options: types.map(value => ({ value, label: t(`settings.fields.types.${value}`) })) },
        ]),
        { name: 'options', label: t('settings.fields.options'), kind: 'tags' as const, when: (v: Record<string, unknown>) => v.type === 'select' || v.type === 'multi_select' },
        { name: 'required', label: t('settings.fields.required'), kind: 'switch' as const },
        { name: 'active', label: t('shared.active'), kind: 'switch' as const },
      ]}
      blank={{ label: '', key: '', type: 'text', options: [], active: true, required: false }} toValues={f => ({ label: f.label, key: f.key, type: f.type, options: f.options, required: f.required, active: f.active, position: f.position })}
      create={values => answer(api.POST('/api/v1/custom-fields', { body: values as unknown as Wire<'CustomFieldFields'> }))}
      update={(f, values) => answer(api.PATCH('/api/v1/custom-fields/{id}', { ...mergePatch, params: { path: { id: f.id } }, body: values as unknown as Wire<'CustomFieldFields'> }))}
      remove={f => answer(api.DELETE('/api/v1/custom-fields/{id}', { params: { path: { id: f.id } } }))}
      columns={[
        { key: 'key', title: t('settings.fields.key'), wide: true, cell: f => <code>{f.key}</code> },
        { key: 'type', title: t('settings.fields.type'), width: '8rem', cell: f => t(`settings.fields.types.${f.type}`) },
        { key: 'options', title: t('settings.fields.options'), wide: true, cell: f => f.options.map(words).join(', ') },
        { key: 'required', title: t('settings.fields.required'), wide: true, width: '7rem', cell: f => f.required ? t('shared.yes') : t('shared.no') },
      ]}
    />
  );
}
