import { Alert, Button, Group, Progress, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconCheck, IconFileSpreadsheet } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { answer, api, ApiProblem, apiFetch, once, type Wire } from '../api/client';
import { DataTable } from '../shared/DataTable';
import { useAddress } from '../shared/paged';
import { PageHeader } from '../shared/PageHeader';
import { ProblemAlert } from '../shared/Problem';
import { LinesLoading } from '../shared/States';
import { useTranslation } from '../text/useTranslation';
import classes from './directory.module.css';
import { useDirectoryWords } from './words';

const kinds = ['customers', 'contacts', 'assets'] as const;
type Kind = (typeof kinds)[number];
type Report = Wire<'ImportReport'>;

/** The file goes as it is: the server tells its encoding and separator. */
async function send<T>(kind: Kind, file: File, dryRun: boolean): Promise<T> {
  const response = await apiFetch(new Request(`${window.location.origin}/api/v1/${kind}/import${dryRun ? '?dryRun=true' : ''}`, { method: 'POST', headers: { 'content-type': 'text/csv', ...(dryRun ? {} : once()) }, body: await file.arrayBuffer() }));
  const body: unknown = await response.json();
  if (!response.ok) throw new ApiProblem(response.status, body as Partial<Wire<'Problem'>>);
  return body as T;
}

/** A file is tried first: every bad line is shown, and what the good ones would do. Then it is taken in, all or nothing. */
export function ImportPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { search, set } = useAddress();
  const kind: Kind = kinds.find(k => k === search.kind) ?? 'customers';
  const [file, setFile] = useState<File | null>(null);
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const trial = useMutation({ mutationFn: (chosen: File) => send<Report>(kind, chosen, true) });
  const start = useMutation({ mutationFn: () => send<Wire<'JobResponse'>>(kind, file!, false), onSuccess: job => { set({ job: job.id }); } });

  function choose(chosen: File | undefined) {
    if (!chosen) return;
    setFile(chosen);
    start.reset();
    trial.mutate(chosen);
  }

  function again() {
    setFile(null);
    trial.reset();
    start.reset();
    void navigate({ to: '.', search: { kind }, replace: true });
  }

  return (
    <>
      <PageHeader title={t('directory.imp.title')} beside={file && <Text size="xs" c="dimmed" truncate>{file.name}</Text>}>
        {(file ?? search.job) && <Button variant="default" size="compact-sm" onClick={again}>{t('directory.imp.another')}</Button>}
      </PageHeader>
      <Stack p="md" gap="lg" maw={860}>
        {search.job ? <Running id={search.job} kind={kind} /> : (
          <>
            <div>
              <Text size="sm" fw={500} mb={6} id="import-kind">{t('directory.imp.kind')}</Text>
              <SegmentedControl aria-labelledby="import-kind" value={kind} onChange={k => { set({ kind: k }); setFile(null); trial.reset(); }} data={kinds.map(k => ({ value: k, label: t(`directory.${k}`) }))} />
            </div>
            {!file && (
              <div className={classes.drop} data-over={isOver || undefined}
                onDragOver={e => { e.preventDefault(); setOver(true); }} onDragLeave={() => { setOver(false); }} onDrop={e => { e.preventDefault(); setOver(false); choose(e.dataTransfer.files[0]); }}>
                <IconFileSpreadsheet size={32} stroke={1.3} aria-hidden />
                <Text fw={550}>{t('directory.imp.drop')}</Text>
                <Text size="sm" c="dimmed" maw={440}>{t('directory.imp.hint')}</Text>
                <Button onClick={() => input.current?.click()}>{t('directory.imp.choose')}</Button>
                <input ref={input} type="file" accept=".csv,.tsv,.txt,text/csv" hidden aria-label={t('directory.imp.choose')} onChange={e => { choose(e.currentTarget.files?.[0]); e.currentTarget.value = ''; }} />
              </div>
            )}
            {trial.isPending && <div><Text size="sm" c="dimmed" mb="sm">{t('directory.imp.checking')}</Text><LinesLoading lines={6} /></div>}
            {trial.error ? <ProblemAlert error={trial.error} /> : null}
            {trial.data && <Findings report={trial.data} isStarting={start.isPending} start={() => { start.mutate(); }} />}
            {start.error ? <ProblemAlert error={start.error} /> : null}
          </>
        )}
      </Stack>
    </>
  );
}

function Findings({ report, start, isStarting }: { report: Report; start: () => void; isStarting: boolean }) {
  const { t } = useTranslation();
  const words = useDirectoryWords();
  const isGood = report.errors.length === 0;
  return (
    <>
      <Alert color={isGood ? 'teal' : 'red'} variant="light" role="status" title={isGood ? t('directory.imp.good') : t('directory.imp.bad', { count: new Set(report.errors.map(e => e.line)).size })}>
        {!isGood && t('directory.imp.badHint')}
      </Alert>
      <dl className={classes.numbers}>
        {(['lines', 'created', 'updated', 'unchanged'] as const).map(n => <div key={n}><dt>{t(`directory.imp.${n}`)}</dt><dd>{report[n]}</dd></div>)}
      </dl>
      {isGood && <Group><Button loading={isStarting} onClick={start}>{t('directory.imp.start', { count: report.lines })}</Button></Group>}
      {!isGood && (
        <DataTable label={t('directory.imp.problem')} rows={report.errors} rowKey={e => `${e.line}${e.column}${e.message}`}
          columns={[
            { key: 'line', title: t('directory.imp.line'), width: '5rem', cell: e => <span className="tabular">{e.line}</span> },
            { key: 'column', title: t('directory.imp.column'), width: '9rem', cell: e => e.column },
            { key: 'problem', title: t('directory.imp.problem'), cell: e => e.message },
          ]} />
      )}
      {report.preview.length > 0 && (
        <section aria-label={t('directory.imp.preview')}>
          <Text size="sm" fw={550} mb="xs">{t('directory.imp.preview')}</Text>
          <DataTable label={t('directory.imp.preview')} rows={report.preview} rowKey={p => String(p.line)}
            columns={[
              { key: 'line', title: t('directory.imp.line'), width: '5rem', cell: p => <span className="tabular">{p.line}</span> },
              { key: 'outcome', title: t('directory.imp.outcome'), width: '9rem', cell: p => p.outcome === 'created' || p.outcome === 'updated' || p.outcome === 'unchanged' ? t(`directory.imp.outcomes.${p.outcome}`) : p.outcome },
              { key: 'changes', title: t('directory.imp.changes'), cell: p => p.changes.map(words.name).join(', ') },
            ]} />
        </section>
      )}
    </>
  );
}

const ended = ['succeeded', 'failed', 'cancelled'];

function Running({ id, kind }: { id: string; kind: Kind }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const job = useQuery({
    queryKey: ['job', id],
    queryFn: () => answer(api.GET('/api/v1/jobs/{id}', { params: { path: { id } } })),
    refetchInterval: query => ended.includes(query.state.data?.state ?? '') ? false : 700,
    staleTime: 0,
  });
  const cancel = useMutation({ mutationFn: () => answer(api.POST('/api/v1/jobs/{id}/cancel', { params: { path: { id } } })), onSuccess: () => job.refetch() });
  const state = job.data?.state;
  useEffect(() => { if (state === 'succeeded') void client.invalidateQueries({ queryKey: [kind] }); }, [state, kind, client]);
  if (job.error) return <ProblemAlert error={job.error} />;
  if (!job.data) return <LinesLoading lines={3} />;
  if (state === 'succeeded') {
    return (
      <Alert color="teal" variant="light" icon={<IconCheck size={18} />} role="status" title={t('directory.imp.done')}>
        <Stack gap="sm" align="flex-start">
          {t('directory.imp.progress', { done: job.data.done, total: job.data.total ?? job.data.done })}
          <Button component={Link} to={`/${kind}`} variant="default">{t('directory.imp.see')}</Button>
        </Stack>
      </Alert>
    );
  }

  if (state === 'failed' || state === 'cancelled') return <Alert color="red" variant="light" role="alert" title={t(state === 'failed' ? 'directory.imp.failed' : 'directory.imp.cancelled')} />;
  const share = job.data.total ? (100 * job.data.done) / job.data.total : 0;
  return (
    <Stack gap="sm" role="status">
      <Text fw={550}>{t('directory.imp.running')}</Text>
      <Progress value={share} aria-label={t('directory.imp.running')} />
      <Group justify="space-between">
        <Text size="sm" c="dimmed" className="tabular">{job.data.total ? t('directory.imp.progress', { done: job.data.done, total: job.data.total }) : ''}</Text>
        <Button variant="default" size="compact-sm" loading={cancel.isPending} onClick={() => { cancel.mutate(); }}>{t('directory.imp.cancel')}</Button>
      </Group>
    </Stack>
  );
}
