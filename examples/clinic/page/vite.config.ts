import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { noncePlaceholder } from "./nonce.ts";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  html: { cspNonce: noncePlaceholder },
  // What is inlined as a URL would need a policy that allows it.
  build: { emptyOutDir: true, assetsInlineLimit: 0 },
});
