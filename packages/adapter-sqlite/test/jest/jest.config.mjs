export default {
  rootDir: "../../../..",
  testMatch: ["<rootDir>/packages/adapter-sqlite/test/jest/*.jest.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/packages/adapter-sqlite/test/jest/strip-types.mjs" },
  haste: { enableSymlinks: false },
};
