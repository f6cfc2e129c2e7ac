import { Paper, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import classes from './access.module.css';

/** The frame of the pages before somebody is signed in. */
export function AccessCard({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => { document.title = `${title} · Deskhand`; }, [title]);
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <img src="/icon.svg" alt="" width={40} height={40} />
        <Title order={1} size="1.375rem" mt="md" mb="lg">{title}</Title>
        <Paper className={classes.card} radius="lg" p="xl">{children}</Paper>
      </div>
    </main>
  );
}
