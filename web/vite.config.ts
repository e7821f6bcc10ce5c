import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// Two builds from one source: the app (dist/), and a page of fake calls for looking at (dist-stories/).
export default defineConfig(({ mode }) => {
  const stories = mode === 'stories'
  const server = process.env.PORTICO_URL ?? 'http://127.0.0.1:8443'
  return {
    plugins: [react()],
    resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
    build: {
      target: 'es2022',
      outDir: stories ? 'dist-stories' : 'dist',
      // Everything is a file of its own: the content security policy has no room for data: scripts or fonts.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 700,
      rollupOptions: { input: stories ? 'stories.html' : 'index.html' },
    },
    server: {
      port: 5173,
      proxy: {
        '/api': { target: server, secure: false },
        '/rtc': { target: server, secure: false, ws: true },
      },
    },
    test: {
      // Files that need a document say so in their first line: jsdom takes a second each to start.
      environment: 'node',
      include: ['src/**/*.test.{ts,tsx}'],
      restoreMocks: true,
    },
  }
})
