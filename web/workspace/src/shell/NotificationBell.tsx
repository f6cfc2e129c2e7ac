import { ActionIcon, Anchor, Group, Indicator, Popover, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, type Wire } from '../api/client';
import { Empty, Failed, LinesLoading } from '../shared/States';
import { Time } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';
import classes from './shell.module.css';

/** What one was told in the desk, the latest first. */
export function NotificationBell() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const unread = useQuery({ queryKey: ['notifications', 'unread'], queryFn: () => answer(api.GET('/api/v1/notifications', { params: { query: { unread: 'true', limit: '50' } } })) });
  const latest = useQuery({ queryKey: ['notifications', 'latest'], queryFn: () => answer(api.GET('/api/v1/notifications', { params: { query: { limit: '30' } } })), enabled: opened });
  const read = useMutation({
    mutationFn: (body: { ids?: string[]; all?: boolean }) => answer(api.POST('/api/v1/notifications/read', { body: { ids: body.ids ?? [], all: body.all ?? false } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['notifications'] }),
  });
  const count = unread.data?.pagination.total ?? unread.data?.data.length ?? 0;

  function words(n: Wire<'NotificationResponse'>) {
    const ticket = n.reference ?? t('shell.notifications.aTicket');
    return n.kind === 'message' ? n.text ?? '' : t(`shell.notifications.kind.${n.kind}`, { who: n.actor.name ?? t('shell.notifications.somebody'), ticket });
  }

  function open(n: Wire<'NotificationResponse'>) {
    if (!n.readAt) read.mutate({ ids: [n.id] });
    setOpened(false);
    if (n.reference) void navigate({ to: '/tickets/$id', params: { id: n.reference }, hash: n.commentId ?? '' });
  }

  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={360} shadow="md" trapFocus returnFocus>
      <Indicator disabled={count === 0} size={8} offset={5} color="iris">
        <Popover.Target>
          <ActionIcon onClick={() => { setOpened(o => !o); }} aria-label={count > 0 ? t('shell.notifications.unread', { count }) : t('shell.notifications.title')}><IconBell size={17} stroke={1.7} /></ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} aria-label={t('shell.notifications.title')}>
        <Group justify="space-between" px="sm" py="xs" className={classes.popoverHead}>
          <Text fw={600} size="sm">{t('shell.notifications.title')}</Text>
          {count > 0 && <Anchor component="button" size="xs" onClick={() => { read.mutate({ all: true }); }}>{t('shell.notifications.readAll')}</Anchor>}
        </Group>
        <ScrollArea.Autosize mah={420}>
          {latest.isPending && <div style={{ padding: '0.75rem' }}><LinesLoading lines={6} /></div>}
          {latest.error && !latest.data && <Failed error={latest.error} retry={() => { void latest.refetch(); }} />}
          {latest.data?.data.length === 0 && <Empty icon={<IconBell size={24} stroke={1.4} />} title={t('shell.notifications.none')} />}
          {latest.data?.data.map(n => (
            <UnstyledButton key={n.id} className={classes.notification} data-unread={!n.readAt || undefined} onClick={() => { open(n); }}>
              <Text size="sm">{words(n)}{!n.readAt && <span className="visually-hidden"> ({t('shell.notifications.isNew')})</span>}</Text>
              {n.subject && <Text size="xs" c="dimmed" truncate>{n.subject}</Text>}
              <Text size="xs" c="dimmed"><Time at={n.createdAt} /></Text>
            </UnstyledButton>
          ))}
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
