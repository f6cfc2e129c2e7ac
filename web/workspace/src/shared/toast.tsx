import { Button, Group, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Notifications, notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { problemText } from './Problem';
import classes from './shared.module.css';

/** Where it is said what was done: at the foot of the sidebar, or over the bar at the top where there is none; never over what is worked in. */
export function Toasts() {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  return <Notifications className={classes.toasts ?? ''} position={isNarrow ? 'top-center' : 'bottom-left'} autoClose={6000} limit={4} />;
}

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
        <Group justify="space-between" gap="0 0.5rem">
          <Text size="sm" flex="1 1 9rem">{message}</Text>
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
