/**
 * The first version with everything that is used here. Other runtimes report a Node version that they are like, or
 * none.
 */
const oldest = 22;

const { process: runtime } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } };
const version = runtime?.versions?.node;

if (version !== undefined && Number.parseInt(version, 10) < oldest) {
  throw new Error(
    `Slotwright needs Node ${oldest} or later, and this is Node ${version}. Run the program with a later version.`,
  );
}
