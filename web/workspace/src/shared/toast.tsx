import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { problemText } from './Problem';

/** Says what was done, and offers to take it back: undo rather than "are you sure". */
export function toast(message: string, undo?: () => Promise<unknown>) {
  const id = `toast-${Date.now()}-${Math.random()}`;
  async function takeBack() {
    notifications.hide(id);
    try {
      await undo!();
      notifications.show({ message: i18next.t('shared.undone'), autoClose: 2500 });
    } catch (error) {
      toastError(error);
    }
  }
  notifications.show({
    id,
    autoClose: undo ? 8000 : 3500,
    role: 'status',
    message: undo
      ? (
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Text size="sm">{message}</Text>
          <Button size="compact-sm" variant="subtle" onClick={() => { void takeBack(); }}>{i18next.t('shared.undo')}</Button>
        </Group>
      )
      : message,
  });
  return id;
}

export function toastError(error: unknown) {
  notifications.show({ color: 'red', title: i18next.t('shared.error.title'), message: problemText(error, i18next.t), autoClose: 8000, role: 'alert' });
}
