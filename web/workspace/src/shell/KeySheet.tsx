import { Group, Modal, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from '../text/useTranslation';
import { setSingleKeys, useAllCommands, useSingleKeys, type Command } from './keys';

const names: Record<string, string> = { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', enter: 'Enter', escape: 'Esc', arrowdown: '↓', arrowup: '↑', space: 'Space' };

export function Keys({ keys }: { keys: string }) {
  const { t } = useTranslation();
  return (
    <Group gap={4} wrap="nowrap" component="span">
      {keys.split(' ').map((stroke, i) => (
        <Fragment key={i}>
          {i > 0 && <Text size="xs" c="dimmed" span>{t('shell.keys.then')}</Text>}
          <kbd>{stroke.split('+').map(k => names[k] ?? k.toUpperCase()).join(' ')}</kbd>
        </Fragment>
      ))}
    </Group>
  );
}

/** Every key that does something now; it is made of the commands, so it cannot go stale. */
export function KeySheet({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const commands = useAllCommands();
  const singles = useSingleKeys();
  const groups: [string, Command[]][] = [
    [t('shell.keys.thisPage'), commands.filter(c => c.keys && c.scope === 'page')],
    [t('shell.keys.everywhere'), commands.filter(c => c.keys && c.scope !== 'page')],
  ];
  return (
    <Modal opened={opened} onClose={close} title={t('shell.keys.title')} size="lg">
      <Stack gap="lg">
        {groups.filter(([, list]) => list.length > 0).map(([title, list]) => (
          <section key={title}>
            <Text size="xs" fw={600} c="dimmed" mb="xs">{title}</Text>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl" verticalSpacing={6}>
              {list.map(c => (
                <Group key={c.id} justify="space-between" wrap="nowrap" gap="sm">
                  <Text size="sm">{c.label}</Text>
                  <Group gap={6} wrap="nowrap">{c.keys!.split(',').map(k => <Keys key={k} keys={k} />)}</Group>
                </Group>
              ))}
            </SimpleGrid>
          </section>
        ))}
        <Switch label={t('shell.keys.single')} description={t('shell.keys.singleHint')} checked={singles} onChange={e => { setSingleKeys(e.currentTarget.checked); }} />
      </Stack>
    </Modal>
  );
}
