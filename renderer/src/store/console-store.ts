import { create, type StateCreator } from 'zustand';
import { type AppSlice, createAppSlice } from './app-slice.ts';
import { createLiveSlice, type LiveSlice } from './live-slice.ts';
import { createStatusSlice, type StatusSlice } from './status-slice.ts';
import { createViewSlice, type ViewSlice } from './view-slice.ts';

export type ConsoleState = LiveSlice & StatusSlice & AppSlice & ViewSlice;

/** All slices together. */
const createConsoleState: StateCreator<ConsoleState> = (...api) => ({
  ...createLiveSlice(...api),
  ...createStatusSlice(...api),
  ...createAppSlice(...api),
  ...createViewSlice(...api),
});

/** The window's one store. Select narrowly: whatever a component selects is compared at every tick. */
export const useConsole = create<ConsoleState>()(createConsoleState);
