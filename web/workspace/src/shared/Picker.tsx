import { Combobox, Modal, Text, useCombobox } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from '../text/useTranslation';
import classes from './shared.module.css';

export interface Choice<T extends string = string> {
  value: T;
  label: string;
  icon?: ReactNode;
  hint?: string;
}

/** One of some things, found by typing: for keys, where a menu has no place to open from. */
export function Picker<T extends string>({ title, choices, onPick, close }: { title: string; choices: Choice<T>[]; onPick: (value: T) => void; close: () => void }) {
  const { t } = useTranslation();
  const combobox = useCombobox({ opened: true });
  const [words, setWords] = useState('');
  const fit = choices.filter(c => c.label.toLowerCase().includes(words.trim().toLowerCase()));
  const { selectFirstOption } = combobox;
  useEffect(() => { selectFirstOption(); }, [words, choices.length, selectFirstOption]);
  return (
    <Modal opened onClose={close} title={title} padding="sm" size="sm" yOffset="12vh">
      <Combobox store={combobox} onOptionSubmit={value => { close(); onPick(value as T); }} withinPortal={false}>
        <Combobox.EventsTarget>
          <input className={classes.pickerInput} data-autofocus value={words} onChange={e => { setWords(e.currentTarget.value); }} placeholder={t('tickets.act.pick')} aria-label={title} />
        </Combobox.EventsTarget>
        <Combobox.Options mah={320} className={classes.pickerOptions} aria-label={title}>
          {fit.map(c => (
            <Combobox.Option key={c.value} value={c.value} className={classes.pickerOption}>
              {c.icon}<span className="truncate">{c.label}</span>{c.hint && <Text size="xs" c="dimmed" ml="auto">{c.hint}</Text>}
            </Combobox.Option>
          ))}
          {fit.length === 0 && <Combobox.Empty>{t('shell.palette.nothing')}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox>
    </Modal>
  );
}
