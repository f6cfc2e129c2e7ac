import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './global.css';

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queryClient';
import { router } from './routes';
import { Toasts } from './shared/toast';
import { startText } from './text';
import { TextProvider } from './text/useTranslation';
import { theme, variables } from './theme';

// what lets in the style elements that libraries make (Operations/WorkspacePage.cs)
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
setNonce(nonce);

await startText();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queryClient}>
        <TextProvider>
          <Toasts />
          <RouterProvider router={router} />
        </TextProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
