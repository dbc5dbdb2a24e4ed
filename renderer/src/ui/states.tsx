import { Button } from '@mantine/core';
import { Hourglass, OctagonX, RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RequestFailure } from '../../../electron/contract/signatures.ts';
import { Icon } from './icon.tsx';
import classes from './ui.module.css';

/** A loading block in the final size; shows itself after 200 ms. Sizes in px or CSS. */
export function Skeleton({
  width = '100%',
  height,
}: {
  readonly width?: number | string;
  readonly height: number | string;
}) {
  return <span className={classes.skeleton} style={{ width, height }} aria-hidden="true" />;
}

/** Rows of a table to come. */
export function SkeletonRows({ rows, rowHeight = 28 }: { readonly rows: number; readonly rowHeight?: number }) {
  return (
    <div role="status" aria-label="Loading" style={{ padding: '0 12px' }}>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <div key={row} style={{ height: rowHeight, display: 'flex', alignItems: 'center' }}>
          <Skeleton height={10} width={`${92 - ((row * 17) % 40)}%`} />
        </div>
      ))}
    </div>
  );
}

/** Why there is nothing, and one thing to do about it. */
export function EmptyState({ why, action }: { readonly why: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className={classes.centre}>
      <div className={classes.centreText}>{why}</div>
      {action === undefined ? null : <div className={classes.centreActions}>{action}</div>}
    </div>
  );
}

/** A widget that has nothing to show because it failed: cause, what to do, and Retry when that can help. */
export function WidgetError({ failure, onRetry }: { readonly failure: RequestFailure; readonly onRetry?: () => void }) {
  return (
    <div className={classes.centre} role="alert">
      <span className={classes.chip} data-tone="error">
        <Icon of={OctagonX} small /> Failed
      </span>
      <div className={classes.centreText}>
        {failure.message} <span className={classes.code}>{failure.code}</span>
      </div>
      {failure.hint === null ? null : <div className={classes.centreHint}>{failure.hint}</div>}
      {onRetry === undefined ? null : (
        <div className={classes.centreActions}>
          <Button size="sm" leftSection={<Icon of={RefreshCw} small />} onClick={onRetry}>
            Retry
          </Button>
        </div>
      )}
    </div>
  );
}

/** The failure of a widget that still has its old picture: one line under it. */
export function ErrorLine({ failure, onRetry }: { readonly failure: RequestFailure; readonly onRetry?: () => void }) {
  return (
    <div className={classes.errorLine} role="alert">
      <Icon of={OctagonX} small />
      <span>
        Not renewed: {failure.message} <span className={classes.code}>{failure.code}</span>
        {failure.hint === null ? '' : ` ${failure.hint}`}
      </span>
      {onRetry === undefined ? null : (
        <Button size="xs" ml="auto" onClick={onRetry}>
          Retry
        </Button>
      )}
    </div>
  );
}

interface BannerProps {
  readonly title: ReactNode;
  readonly cause: ReactNode;
  readonly actions?: ReactNode;
}

/** Something is down: what and since when, the age of the picture, cause with code, next attempt, what is safe. */
export function DownBanner({ title, cause, actions }: BannerProps) {
  return <Banner tone="error" title={title} cause={cause} actions={actions} />;
}

/** The picture is older than it should be, though nothing is down; `working`: because of work that will end. */
export function StaleBanner({ title, cause, actions, working = false }: BannerProps & { readonly working?: boolean }) {
  return <Banner tone={working ? 'info' : 'warn'} title={title} cause={cause} actions={actions} />;
}

const bannerIcons = { error: OctagonX, warn: Hourglass, info: RefreshCw } as const;

function Banner({ tone, title, cause, actions }: BannerProps & { readonly tone: keyof typeof bannerIcons }) {
  return (
    <div className={classes.banner} data-tone={tone} role={tone === 'error' ? 'alert' : 'status'}>
      <Icon of={bannerIcons[tone]} size={20} />
      <div className={classes.bannerText} data-selectable>
        <div className={classes.bannerTitle}>{title}</div>
        <div className={classes.bannerCause}>{cause}</div>
      </div>
      {actions === undefined ? null : <div className={classes.screenActions}>{actions}</div>}
    </div>
  );
}
