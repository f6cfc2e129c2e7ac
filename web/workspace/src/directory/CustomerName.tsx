import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { customerQuery } from '../tickets/rulebook';
import classes from './directory.module.css';

/** A customer by its id, as a link with its name. */
export function CustomerName({ id }: { id: string }) {
  const customer = useQuery(customerQuery(id));
  if (customer.isPending) return <Skeleton height={12} width={120} display="inline-block" />;
  return <Link to="/customers/$id" params={{ id }} className={classes.link}>{customer.data?.name ?? '—'}</Link>;
}
