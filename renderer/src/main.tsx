import '@mantine/core/styles.css';
import '@mantine/dates/styles.css';
import '@mantine/spotlight/styles.css';
import './ui/tokens.css';
import './ui/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { isBridgePresent } from './bridge/bridge-client.ts';
import { connect } from './store/connect.ts';
import { registerFonts } from './ui/fonts.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element #root.');

// Main sets the native theme from the settings before the page loads, so the first paint has the right one.
document.documentElement.dataset.mantineColorScheme = matchMedia('(prefers-color-scheme: dark)').matches
  ? 'dark'
  : 'light';

registerFonts();
const disconnect = isBridgePresent() ? connect() : () => undefined;
createRoot(root).render(<App />);

import.meta.hot?.dispose(disconnect);
