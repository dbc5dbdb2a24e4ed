import type { ReactNode } from 'react';
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary';
import { WidgetError } from './states.tsx';

/** Keeps the failure of one widget from taking the screen with it. */
export function WidgetBoundary({ children }: { readonly children: ReactNode }) {
  return <ErrorBoundary FallbackComponent={Fallback}>{children}</ErrorBoundary>;
}

function Fallback({ error, resetErrorBoundary }: FallbackProps) {
  const message = error instanceof Error ? error.message : String(error);
  return (
    <WidgetError
      failure={{
        code: 'internal',
        message: `This part of the window failed: ${message}`,
        hint: 'Sales are still being stored. Draw it again; if it fails again, the log is in Settings, About.',
        canRetry: true,
      }}
      onRetry={resetErrorBoundary}
    />
  );
}
