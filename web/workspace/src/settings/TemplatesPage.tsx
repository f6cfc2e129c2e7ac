import { Badge, Code, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answer, api, type Wire } from '../api/client';
import type { Values } from '../shared/form';
import { ProblemAlert } from '../shared/Problem';
import { toast, toastError } from '../shared/toast';
import { queryClient } from '../api/queryClient';
import { languages, type Language } from '../text';
import { useTranslation } from '../text/useTranslation';
import { Collection } from './Collection';
import { Listing } from './Listing';
import classes from './settings.module.css';

type Template = Wire<'TemplateResponse'>;

export function TemplatesPage() {
  const { t } = useTranslation();
  const nameOf = (x: Template) => t(`settings.templates.kind.${x.kind}`);
  function putBack(x: Template) {
    answer(api.DELETE('/api/v1/templates/{id}', { params: { path: { id: x.id } } })).then(() => { toast(t('settings.templates.restored', { name: nameOf(x) })); void queryClient.invalidateQueries({ queryKey: ['templates'] }); }, toastError);
  }

  return (
    <Collection<Template>
      at="templates" queryKey={['templates']} permission="settings:manage" nameOf={nameOf} read={page => answer(api.GET('/api/v1/templates', { params: { query: page } }))} size="60rem"
      fields={() => [
        { name: 'subject', label: t('settings.templates.subject'), required: true, whenEmpty: '' },
        { name: 'text', label: t('settings.templates.text'), kind: 'area', required: true, whenEmpty: '' },
        { name: 'html', label: t('settings.templates.html'), kind: 'area', required: true, whenEmpty: '' },
      ]}
      blank={{}} toValues={x => ({ subject: x.subject, text: x.text, html: x.html })}
      update={(x, values) => answer(api.PUT('/api/v1/templates/{id}', { params: { path: { id: x.id } }, body: values as unknown as Wire<'TemplateFields'> }))}
      actions={x => x.isReady ? [] : [{ label: t('settings.templates.back'), run: () => { putBack(x); } }]}
      form={(x, values) => x && <Preview template={x} values={values} />}
      columns={[
        { key: 'locale', title: t('settings.templates.locale'), width: '7rem', cell: x => x.locale in languages ? languages[x.locale as Language] : x.locale },
        { key: 'subject', title: t('settings.templates.subject'), wide: true, long: true, cell: x => x.subject },
        { key: 'ready', title: '', width: '8rem', cell: x => x.isReady ? <Text span size="xs" c="dimmed">{t('settings.templates.ready')}</Text> : <Badge size="sm" variant="light" tt="none">{t('settings.templates.own')}</Badge> },
      ]}
    />
  );
}

/** The mail as it would be, with made-up names; its HTML in a frame that may do nothing. */
function Preview({ template, values }: { template: Template; values: Values }) {
  const { t } = useTranslation();
  const [asked] = useDebouncedValue(values, 400);
  const preview = useQuery({
    queryKey: ['template-preview', template.id, asked], placeholderData: keepPreviousData, retry: false, staleTime: Infinity,
    queryFn: () => answer(api.POST('/api/v1/templates/{id}/preview', { params: { path: { id: template.id } }, body: asked as unknown as Wire<'PreviewTemplateBody'> })),
  });
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed">{t('settings.templates.placeholders')}: {template.placeholders.map(p => <span key={p}><Code>{`{{${p}}}`}</Code> </span>)}</Text>
      <Text size="sm" fw={550}>{t('settings.templates.preview')}</Text>
      {preview.error ? <ProblemAlert error={preview.error} /> : (
        <>
          <Text size="sm">{preview.data?.subject ?? ' '}</Text>
          <div className={classes.template}>
            <Listing label={t('settings.templates.text')}>{preview.data?.text ?? ' '}</Listing>
            <iframe className={classes.frameBox} title={t('settings.templates.html')} sandbox="" srcDoc={preview.data?.html ?? ''} />
          </div>
        </>
      )}
    </Stack>
  );
}
