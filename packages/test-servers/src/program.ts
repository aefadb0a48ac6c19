export { addToCache, cacheEntries, cacheFolder } from "./cache.ts";
export { run } from "./commands.ts";
export { installedPrograms } from "./installed.ts";
export { announce } from "./missing.ts";
export { isAtLeast } from "./versions.ts";
