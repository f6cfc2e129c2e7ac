import { Button, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from '../text/useTranslation';
import classes from './settings.module.css';

/** Something that is shown once. */
export function Secret({ title, words, secret, close }: { title: string; words: string; secret: string; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={close} title={title} closeOnClickOutside={false}>
      <Stack gap="md">
        <Text size="sm">{words}</Text>
        <div className={classes.secret} data-testid="secret">{secret}</div>
        <Group justify="flex-end" gap="xs">
          <CopyButton value={secret}>{({ copied, copy }) => <Button variant="default" onClick={copy} data-autofocus>{copied ? t('shared.copied') : t('shared.copy')}</Button>}</CopyButton>
          <Button onClick={close}>{t('shared.done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
