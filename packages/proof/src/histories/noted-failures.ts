import { aroundCalls, type Interceptor } from "@slotwright/conformance";

/** Records each error of a call that a command or a read waits for. */
export function notingFailures(note: (error: unknown) => void): Interceptor {
  return aroundCalls(async (_, proceed) => {
    try {
      return await proceed();
    } catch (error) {
      note(error);
      throw error;
    }
  });
}
