import { TagsInput, type TagsInputProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { tagsQuery } from './rulebook';

type Props = Omit<TagsInputProps, 'data' | 'searchValue' | 'onSearchChange'>;

/** Tags: the desk's most used ones that begin with what is typed, and new ones. */
export function TagsSelect(props: Props) {
  const [words, setWords] = useState('');
  const [asked] = useDebouncedValue(words.trim(), 120);
  const found = useQuery({ ...tagsQuery(asked), placeholderData: keepPreviousData });
  return <TagsInput {...props} data={found.data?.map(tag => tag.name) ?? []} searchValue={words} onSearchChange={setWords} />;
}
