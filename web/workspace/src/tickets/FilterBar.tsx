import { Button, Checkbox, Popover, ScrollArea, Stack, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { useMe } from '../access/me';
import type { Search } from '../shared/search';
import { useTranslation } from '../text/useTranslation';
import type { ListFilter } from './filter';
import { priorities, statusCategories, useRulebook, useTagsFrom } from './rulebook';
import classes from './tickets.module.css';

/** One button for each thing that is often filtered by; what is chosen stands in it. */
export const FilterBar = memo(function FilterBar({ search, set }: { search: Search; set: (changes: Search) => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const book = useRulebook();
  const [tagWords, setTagWords] = useState('');
  const tags = useTagsFrom(tagWords);
  const chosenOf = (name: ListFilter) => search[name]?.split(',').filter(Boolean) ?? [];
  const filters: { name: ListFilter; options: { value: string; label: string }[] }[] = [
    { name: 'statusCategory', options: statusCategories.map(c => ({ value: c, label: t(`tickets.status.${c}`) })) },
    { name: 'priority', options: priorities.map(p => ({ value: p, label: t(`tickets.priority.${p}`) })) },
    { name: 'assignee', options: [{ value: 'me', label: t('tickets.list.me') }, { value: 'none', label: t('tickets.list.nobody') }, ...book.agents.filter(a => a.id !== me.id).map(a => ({ value: a.id, label: a.name }))] },
    { name: 'group', options: [{ value: 'none', label: t('tickets.list.groupNone') }, ...book.groups.map(g => ({ value: g.id, label: g.name }))] },
    { name: 'category', options: book.categories.map(c => ({ value: c.key, label: c.name })) },
    { name: 'sla', options: (['breached', 'at_risk', 'paused', 'ok'] as const).map(s => ({ value: s, label: t(`tickets.sla.${s}`) })) },
    { name: 'tag', options: [...new Set([...chosenOf('tag'), ...tags])].map(x => ({ value: x, label: x })) },
  ];
  return <>{filters.map(f => <Filter key={f.name} title={t(`tickets.field.${f.name as 'tag'}`)} options={f.options} chosen={chosenOf(f.name)} choose={v => { set({ [f.name]: v.join(',') || undefined }); }} onWords={f.name === 'tag' ? setTagWords : undefined} />)}</>;
});

interface FilterProps { title: string; options: { value: string; label: string }[]; chosen: string[]; choose: (values: string[]) => void; /** Finds further options. */ onWords: ((words: string) => void) | undefined }

function Filter({ title, options, chosen, choose, onWords }: FilterProps) {
  const { t } = useTranslation();
  const [words, setShownWords] = useState('');
  const setWords = (next: string) => { setShownWords(next); onWords?.(next); };
  const names = chosen.map(c => options.find(o => o.value === c)?.label ?? c);
  const shown = options.filter(o => o.label.toLowerCase().includes(words.toLowerCase()));
  return (
    <Popover position="bottom-start" width={220} shadow="md" trapFocus returnFocus onClose={() => { setWords(''); }}>
      <Popover.Target>
        <Button variant={chosen.length > 0 ? 'light' : 'default'} size="compact-sm" className={classes.filter} rightSection={<IconChevronDown size={12} />}>
          <span className="truncate">{title}{names.length > 0 && `: ${names.length > 2 ? `${names[0]} +${names.length - 1}` : names.join(', ')}`}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        {(options.length > 8 || words !== '') && <TextInput size="xs" mb="xs" data-autofocus aria-label={t('tickets.act.pick')} placeholder={t('tickets.act.pick')} value={words} onChange={e => { setWords(e.currentTarget.value); }} />}
        <ScrollArea.Autosize mah={260} type="auto">
          <Checkbox.Group aria-label={title} value={chosen} onChange={choose}>
            <Stack gap={2}>{shown.map(o => <Checkbox key={o.value} size="xs" p={4} value={o.value} label={o.label} />)}</Stack>
          </Checkbox.Group>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
