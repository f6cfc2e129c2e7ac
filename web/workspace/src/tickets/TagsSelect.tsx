import { TagsInput, type TagsInputProps } from '@mantine/core';
import { useState } from 'react';
import { useTagsFrom } from './rulebook';

type Props = Omit<TagsInputProps, 'data' | 'searchValue' | 'onSearchChange'>;

/** Tags: the desk's most used ones that begin with what is typed, and new ones. */
export function TagsSelect(props: Props) {
  const [typed, setTyped] = useState('');
  return <TagsInput {...props} data={useTagsFrom(typed)} searchValue={typed} onSearchChange={setTyped} />;
}
