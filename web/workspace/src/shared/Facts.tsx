import { Group, Text, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from '../text/useTranslation';
import classes from './facts.module.css';
import { FieldInput, isNothing, valueAt, withValue, type Field, type Values } from './form';
import { fieldError, problemText } from './Problem';

interface Props {
  label: string;
  fields: Field[];
  values: object;
  /** Takes a part with one value; undefined for who may not change anything. */
  save?: ((part: Values) => Promise<unknown>) | undefined;
  /** Shows a value in another way than as text. */
  show?: (field: Field, value: unknown) => ReactNode;
}

/** What is known of a thing, each fact edited where it stands: Enter keeps it, Escape leaves it. Where there is little room, what is not known is folded away. */
export function Facts({ label, fields, values, save, show }: Props) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const empty = fields.filter(f => isNothing(valueAt(values, f.name)));
  return (
    <>
      <dl className={classes.facts} aria-label={label} data-folded={(!isWhole && empty.length < fields.length) || undefined}>
        {fields.map(f => <Fact key={f.name} field={f} value={valueAt(values, f.name)} save={save} show={show} />)}
      </dl>
      {!isWhole && empty.length > 0 && empty.length < fields.length && <UnstyledButton className={`${classes.small} ${classes.unfold}`} onClick={() => { setWhole(true); }}>{t('shared.moreFacts', { count: empty.length })}</UnstyledButton>}
    </>
  );
}

function Fact({ field, value, save, show }: { field: Field; value: unknown; save: Props['save']; show: Props['show'] }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<{ value: unknown } | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const isAtOnce = field.kind === 'select' || field.kind === 'switch';
  const saving = useMutation({
    mutationFn: (next: unknown) => save!(withValue({}, field.name, next)),
    onSuccess: end,
  });

  function end() {
    // the button is there again before it takes the focus, however busy the page is
    flushSync(() => { setDraft(null); });
    saving.reset();
    button.current?.focus();
  }

  function keep(next: unknown) {
    if (JSON.stringify(next ?? null) === JSON.stringify(value ?? null)) end();
    else saving.mutate(next);
  }

  const shown = show?.(field, value) ?? factText(field, value, { yes: t('shared.yes'), no: t('shared.no') });
  if (field.kind === 'switch' && save) {
    return (
      <div className={classes.fact}>
        <dt>{field.label}</dt>
        <dd className={classes.switch}><FieldInput field={field} bare value={value} onChange={v => { saving.mutate(v); }} error={saving.error ? problemText(saving.error, t) : undefined} /></dd>
      </div>
    );
  }

  return (
    <div className={classes.fact} data-empty={(draft === null && isNothing(value)) || undefined}>
      <dt>{field.label}</dt>
      <dd>
        {draft === null
          ? save
            ? (
              <UnstyledButton ref={button} className={classes.value} onClick={() => { setDraft({ value }); }} aria-label={t('shared.editField', { field: field.label, value: typeof shown === 'string' ? shown : '' })}>
                {shown || <Text span c="dimmed" size="sm">—</Text>}
              </UnstyledButton>
            )
            : <div className={classes.plain}>{shown || <Text span c="dimmed" size="sm">—</Text>}</div>
          : (
            // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys are struck in the input inside
            <div
              onKeyDown={e => {
                // the first Escape closes a list that is open, as everywhere
                if (e.key === 'Escape' && (e.target as HTMLElement).getAttribute('aria-expanded') !== 'true') { e.stopPropagation(); end(); }
                if (e.key === 'Enter' && !isAtOnce && (field.kind !== 'area' || e.ctrlKey || e.metaKey) && field.kind !== 'tags' && field.kind !== 'many') { e.preventDefault(); keep(draft.value); }
              }}
            >
              <FieldInput field={field} bare autoFocus value={draft.value} error={saving.error ? fieldError(saving.error, field.name) ?? problemText(saving.error, t) : undefined}
                onChange={v => { setDraft({ value: v }); if (isAtOnce) keep(v); }} />
              <Group gap={6} mt={4} justify="flex-end">
                {!isAtOnce && <UnstyledButton className={classes.small} disabled={saving.isPending} onClick={() => { keep(draft.value); }}>{t('shared.save')}</UnstyledButton>}
                <UnstyledButton className={classes.small} onClick={end}>{t('shared.cancel')}</UnstyledButton>
              </Group>
            </div>
          )}
      </dd>
    </div>
  );
}

function factText(field: Field, value: unknown, words: { yes: string; no: string }): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value)) return value.map(v => field.options?.find(o => o.value === v)?.label ?? String(v)).join(', ');
  return field.options?.find(o => o.value === value)?.label ?? String(value);
}
