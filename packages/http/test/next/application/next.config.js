// biome-ignore lint/style/noDefaultExport: this is what Next reads.
export default {
  // The packages are links into the repository, outside of the application's folder.
  turbopack: { root: "/" },
  // The driver has a binary, which is not to be bundled.
  serverExternalPackages: ["better-sqlite3"],
};
