import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { noncePlaceholder } from "./nonce.ts";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  html: { cspNonce: noncePlaceholder },
  build: {
    emptyOutDir: true,
    // What is inlined as a URL would need a policy that allows it.
    assetsInlineLimit: 0,
    // The clinic says when it is open, and nothing of how its page is made.
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
