import { Button } from '@mantine/core';
import { RefreshCw, Settings } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { Icon } from './icon.tsx';
import { DownBanner } from './states.tsx';
import { WidgetBoundary } from './widget-boundary.tsx';

interface PageBoundaryProps {
  readonly children: ReactNode;
  /** The settings without the frame around them: a setting may be what the frame fails on. */
  readonly settings: ReactNode;
}

/** Keeps the failure of the frame itself from leaving an empty window: it says what failed, and the settings stay in reach. */
export function PageBoundary({ children, settings }: PageBoundaryProps) {
  return (
    <ErrorBoundary
      fallbackRender={({ error, resetErrorBoundary }) => (
        <Fallback error={error} settings={settings} onRetry={resetErrorBoundary} />
      )}
    >
      {children}
    </ErrorBoundary>
  );
}

interface FallbackProps {
  readonly error: unknown;
  readonly settings: ReactNode;
  readonly onRetry: () => void;
}

function Fallback({ error, settings, onRetry }: FallbackProps) {
  const [open, setOpen] = useState(false);
  return (
    <main>
      <DownBanner
        title="The window could not be drawn"
        cause={`${error instanceof Error ? error.message : String(error)} Sales are still being stored.`}
        actions={
          <>
            <Button leftSection={<Icon of={RefreshCw} small />} onClick={onRetry}>
              Draw again
            </Button>
            <Button leftSection={<Icon of={Settings} small />} onClick={() => setOpen(true)}>
              Settings
            </Button>
          </>
        }
      />
      {open ? <WidgetBoundary>{settings}</WidgetBoundary> : null}
    </main>
  );
}
