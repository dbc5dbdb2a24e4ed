import { MantineProvider } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { isBridgePresent } from './bridge/bridge-client.ts';
import { FirstRun } from './features/first-run/first-run.tsx';
import { StartUp } from './features/first-run/start-up.tsx';
import { Frame } from './features/frame/frame.tsx';
import { FrameBanner } from './features/frame/frame-banner.tsx';
import { FrameChip } from './features/frame/frame-chip.tsx';
import { LiveScreen } from './features/live/live-screen.tsx';
import { PipelineScreen } from './features/pipeline/pipeline-screen.tsx';
import { SettingsScreen } from './features/settings/settings-screen.tsx';
import { SimulationEdge } from './features/simulator/simulation-edge.tsx';
import { SimulatorScreen } from './features/simulator/simulator-screen.tsx';
import { TheatresScreen } from './features/theatres/theatres-screen.tsx';
import { currencyOf } from './store/business-days.ts';
import { useConsole } from './store/console-store.ts';
import { queryClient } from './store/query-client.ts';
import type { Screen } from './store/view-slice.ts';
import { AmountsProvider } from './ui/amount.tsx';
import { FrameSlotsProvider } from './ui/frame-slots.tsx';
import { PageBoundary } from './ui/page-boundary.tsx';
import { EmptyState } from './ui/states.tsx';
import { cssVariablesResolver, theme } from './ui/theme.ts';
import { WidgetBoundary } from './ui/widget-boundary.tsx';

const screens: Readonly<Record<Screen, () => ReactNode>> = {
  live: LiveScreen,
  theatres: TheatresScreen,
  pipeline: PipelineScreen,
  simulator: SimulatorScreen,
  settings: SettingsScreen,
};

/** The window: providers, the frame, and in it the screen that the state of the data source allows. */
export function App() {
  const chosen = useConsole((state) => state.settings?.theme ?? 'system');
  const prefersDark = useMediaQuery('(prefers-color-scheme: dark)', undefined, { getInitialValueInEffect: false });
  const scheme = chosen === 'system' ? (prefersDark ? 'dark' : 'light') : chosen;
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} forceColorScheme={scheme}>
      {isBridgePresent() ? <Console /> : <EmptyState why="This page belongs to the ReelMetrics app. Open it there." />}
    </MantineProvider>
  );
}

/** The same elements always: they follow the state by themselves. */
const chip = <FrameChip />;
const banner = <FrameBanner />;

function Console() {
  const currency = useConsole(currencyOf);
  const hidden = useConsole((state) => state.hiddenAmounts);
  return (
    <QueryClientProvider client={queryClient}>
      <AmountsProvider currency={currency} hidden={hidden}>
        <PageBoundary settings={<SettingsScreen />}>
          <FrameSlotsProvider chip={chip} banner={banner}>
            <Frame>
              <CurrentScreen />
            </Frame>
          </FrameSlotsProvider>
        </PageBoundary>
        <SimulationEdge />
      </AmountsProvider>
    </QueryClientProvider>
  );
}

function CurrentScreen() {
  const screen = useConsole((state) => state.screen);
  const phase = useConsole((state) => state.appState?.phase);
  // Settings can be read and changed without a data source.
  const Shown =
    screen === 'settings' || phase === 'running' ? screens[screen] : phase === 'no-source' ? FirstRun : StartUp;
  return (
    <WidgetBoundary key={screen}>
      <Shown />
    </WidgetBoundary>
  );
}
