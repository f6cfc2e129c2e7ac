import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { answer, api } from '../api/client';
import { useTranslation } from '../text/useTranslation';
import { useCustomer } from '../tickets/rulebook';

interface Props extends Pick<SelectProps, 'label' | 'aria-label' | 'placeholder' | 'description' | 'required' | 'error' | 'autoFocus'> {
  value: string | null;
  choose: (id: string | null) => void;
}

/** One customer, found among all of them by typing. */
export function CustomerSelect({ value, choose, ...look }: Props) {
  const { t } = useTranslation();
  const chosen = useCustomer(value);
  const [words, setWords] = useState('');
  const [asked] = useDebouncedValue(words.trim(), 120);
  const found = useQuery({ queryKey: ['customers', 'pick', asked], placeholderData: keepPreviousData, queryFn: () => answer(api.GET('/api/v1/customers', { params: { query: { limit: '20', sort: 'name', ...(asked && asked !== chosen?.name ? { search: asked } : {}) } } })).then(p => p.data) });
  const options = [...(chosen && !found.data?.some(c => c.id === chosen.id) ? [chosen] : []), ...found.data ?? []].map(c => ({ value: c.id, label: c.name }));
  // to the browser, words that name nobody are a filled field
  const input = useRef<HTMLInputElement>(null);
  const isUnclear = look.required === true && value === null && words !== '';
  useEffect(() => { input.current?.setCustomValidity(isUnclear ? t('directory.chooseCustomer') : ''); }, [isUnclear, t]);
  return <Select ref={input} {...look} searchable clearable data={options} filter={({ options: all }) => all} value={value} onChange={choose} searchValue={words} onSearchChange={setWords} nothingFoundMessage={t('shell.palette.nothing')} />;
}
