import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answer, api } from '../api/client';
import { PageHeader } from '../shared/PageHeader';
import { Failed, LinesLoading } from '../shared/States';

export function TicketPage() {
  const { id } = useParams({ strict: false });
  const ticket = useQuery({ queryKey: ['ticket', id], queryFn: () => answer(api.GET('/api/v1/tickets/{id}', { params: { path: { id: id! } } })) });
  if (ticket.error) return <Failed error={ticket.error} retry={() => { void ticket.refetch(); }} />;
  return (
    <>
      <PageHeader title={ticket.data ? `${ticket.data.reference} ${ticket.data.subject}` : '…'} />
      {ticket.data ? <p>{ticket.data.description}</p> : <LinesLoading />}
    </>
  );
}
