import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Built files are served by the node itself (node/kernel/console-files.ts), which puts a fresh nonce into the index page.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
});
