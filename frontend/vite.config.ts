import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The pages are built beside the placeholder that is committed, never over it:
// frontend.Files prefers dist/app where it exists.
export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist/app', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
  server: { proxy: { '/api': process.env.SWITCHBOARD ?? 'http://127.0.0.1:8080' } },
});
