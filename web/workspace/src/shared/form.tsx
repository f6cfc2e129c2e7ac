import { Button, Group, Modal, MultiSelect, NumberInput, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { fieldError, ProblemAlert } from './Problem';
import { ApiProblem } from '../api/client';
import { useTranslation } from '../text/useTranslation';

export interface Option { value: string; label: string }

/** One field of a form, by the API's name of it; a path such as `address.city` leads into a part. */
export interface Field {
  name: string;
  label: string;
  kind?: 'text' | 'email' | 'tel' | 'url' | 'area' | 'number' | 'decimal' | 'date' | 'datetime' | 'select' | 'many' | 'tags' | 'switch';
  options?: Option[];
  hint?: string;
  /** What holds while nothing is chosen. */
  whenNone?: string;
  required?: boolean;
  /** What an emptied text is sent as; null unless the API knows no null there. */
  whenEmpty?: '' | null;
  /** What it is entered by, where no kind fits. */
  input?: (look: Look, value: unknown, onChange: (value: unknown) => void) => ReactNode;
  /** Shown only when this holds. */
  when?: (values: Values) => boolean;
}

export type Values = Record<string, unknown>;

/** How an input is named, explained and faulted; the same for all of them. */
export interface Look { error: string | undefined; autoFocus: boolean; 'data-autofocus': boolean | undefined; label?: string; 'aria-label'?: string; description?: string | undefined; required?: boolean }

/** Whether there is nothing to show of a value. */
export const isNothing = (value: unknown) => value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

export function valueAt(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Values | null | undefined)?.[key], values);
}

/** The same with one value changed; what lies on the way is copied. */
export function withValue(values: Values, path: string, value: unknown): Values {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  return { ...values, [key]: rest.length === 0 ? value : withValue((values[key] ?? {}) as Values, rest.join('.'), value) };
}

/** An instant as the browser's own field for it takes it, in this browser's time. */
const localInstant = (value: unknown) => {
  if (typeof value !== 'string' || value === '') return '';
  const at = new Date(value);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

interface InputProps { field: Field; value: unknown; onChange: (value: unknown) => void; error?: string | undefined; bare?: boolean; autoFocus?: boolean }

/** The input that fits a field. `bare` when its label stands elsewhere. */
export function FieldInput({ field, value, onChange, error, bare, autoFocus }: InputProps) {
  const common: Look = {
    error, autoFocus: autoFocus ?? false, 'data-autofocus': autoFocus,
    ...(bare ? { 'aria-label': field.label } : { label: field.label, description: field.hint, required: field.required ?? false }),
  };
  const empty = field.whenEmpty === undefined ? null : field.whenEmpty;
  const text = typeof value === 'string' ? value : '';
  if (field.input) return field.input(common, value, onChange);
  switch (field.kind) {
    case 'area': return <Textarea {...common} autosize minRows={3} maxRows={14} value={text} onChange={e => { onChange(e.currentTarget.value || empty); }} />;
    case 'number': case 'decimal': return <NumberInput {...common} allowDecimal={field.kind === 'decimal'} value={typeof value === 'number' ? value : ''} onChange={v => { onChange(typeof v === 'number' ? v : null); }} />;
    case 'select': return <Select {...common} placeholder={field.whenNone} data={field.options ?? []} value={text || null} onChange={onChange} clearable={!field.required} searchable={(field.options?.length ?? 0) > 7} allowDeselect={!field.required} />;
    case 'many': return <MultiSelect role="combobox" {...common} data={field.options ?? []} value={(value as string[] | undefined) ?? []} placeholder={isNothing(value) ? field.whenNone : undefined} onChange={onChange} searchable clearable />;
    case 'tags': return <TagsInput role="combobox" {...common} data={field.options ?? []} value={(value as string[] | undefined) ?? []} onChange={onChange} />;
    case 'switch': return <Switch {...(bare ? { 'aria-label': field.label } : { label: field.label, description: field.hint })} error={error} checked={value === true} onChange={e => { onChange(e.currentTarget.checked); }} />;
    case 'datetime': return <TextInput {...common} type="datetime-local" value={localInstant(value)} onChange={e => { onChange(e.currentTarget.value ? new Date(e.currentTarget.value).toISOString() : null); }} />;
    default: return <TextInput {...common} type={field.kind ?? 'text'} value={text} onChange={e => { onChange(e.currentTarget.value || empty); }} />;
  }
}

export function Fields({ fields, values, onChange, error }: { fields: Field[]; values: Values; onChange: (values: Values) => void; error: unknown }) {
  return (
    <>
      {fields.filter(f => f.when?.(values) ?? true).map((f, i) => (
        <FieldInput key={f.name} field={f} value={valueAt(values, f.name)} error={fieldError(error, f.name)} autoFocus={i === 0} onChange={v => { onChange(withValue(values, f.name, v)); }} />
      ))}
    </>
  );
}

interface DialogProps<T> {
  title: string;
  fields: Field[];
  initial: Values;
  save: (values: Values) => Promise<T>;
  onSaved: (saved: T) => void;
  close: () => void;
  submit?: string;
  size?: string;
  /** Below the fields, with what is entered now. */
  children?: (values: Values, change: (values: Values) => void, error: unknown) => ReactNode;
}

/** Makes or edits one thing. What is wrong with a field stands at it. */
export function FormDialog<T>({ title, fields, initial, save, onSaved, close, submit, size, children }: DialogProps<T>) {
  const { t } = useTranslation();
  const [values, setValues] = useState<Values>(initial);
  const saving = useMutation({ mutationFn: save, onSuccess: saved => { close(); onSaved(saved); } });
  const named = new Set(fields.map(f => f.name));
  const isElsewhere = saving.error && !(saving.error instanceof ApiProblem && Object.keys(saving.error.fields).length > 0 && Object.keys(saving.error.fields).every(f => named.has(f)));
  function send(event: SyntheticEvent) {
    event.preventDefault();
    saving.mutate(values);
  }

  return (
    <Modal opened onClose={close} title={title} size={size ?? 'md'}>
      <form onSubmit={send} noValidate={false}>
        <Stack gap="md">
          <Fields fields={fields} values={values} onChange={setValues} error={saving.error} />
          {children?.(values, setValues, saving.error)}
          {isElsewhere ? <ProblemAlert error={saving.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>{t('shared.cancel')}</Button>
            <Button type="submit" loading={saving.isPending}>{submit ?? t('shared.save')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
