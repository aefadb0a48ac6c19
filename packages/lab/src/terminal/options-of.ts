/** The options of this process. Undefined if they are wrong: what is wrong with them, and the usage, is said on stderr. */
export function optionsOf<Options>(parse: (args: readonly string[]) => Options, usage: string): Options | undefined {
  try {
    return parse(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}
