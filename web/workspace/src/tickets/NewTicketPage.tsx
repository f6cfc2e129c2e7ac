import { useTranslation } from 'react-i18next';
import { PageHeader } from '../shared/PageHeader';

export function NewTicketPage() {
  const { t } = useTranslation();
  return <PageHeader title={t('shell.nav.create')} />;
}
