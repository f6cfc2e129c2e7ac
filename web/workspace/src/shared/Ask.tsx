import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from '../text/useTranslation';
import { ProblemAlert } from './Problem';

interface Props {
  title: string;
  /** What is lost or stops working by it. */
  words: ReactNode;
  /** What the button says: the thing that will be done, never "OK". */
  confirm: string;
  act: () => Promise<unknown>;
  close: () => void;
}

/** Asks before what nothing takes back. What can be undone is done at once and offers that instead (`toast`). */
export function Ask({ title, words, confirm, act, close }: Props) {
  const { t } = useTranslation();
  const doing = useMutation({ mutationFn: act, onSuccess: close });
  return (
    <Modal opened onClose={close} title={title}>
      <Stack gap="md">
        <Text size="sm">{words}</Text>
        {doing.error ? <ProblemAlert error={doing.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" data-autofocus onClick={close}>{t('shared.cancel')}</Button>
          <Button color="red" loading={doing.isPending} onClick={() => { doing.mutate(); }}>{confirm}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
