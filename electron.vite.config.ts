import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  main: {
    build: {
      target: 'node20.18',
      sourcemap: true,
      outDir: 'out/main',
      externalizeDeps: true,
      rolldownOptions: {
        input: {
          index: here('electron/main/index.ts'),
          cli: here('backend/cli.ts'),
          'postgres-worker': here('backend/embedded/postgres-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      // electron-vite names the preload's target by Node; Chromium 130 knows all of it.
      target: 'node20.18',
      outDir: 'out/preload',
      // A sandboxed preload can require nothing but a few built-ins: everything is bundled into one CommonJS file.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: here('electron/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: here('renderer'),
    plugins: [react()],
    build: {
      target: 'chrome130',
      minify: true,
      outDir: here('out/renderer'),
      emptyOutDir: true,
      // The licences of what is bundled; packages that are not bundled bring theirs.
      license: { fileName: 'licenses.md' },
      // Read from the disk, not over a network: the size of a chunk is no matter.
      chunkSizeWarningLimit: 4000,
      rolldownOptions: { input: here('renderer/index.html') },
    },
  },
});
