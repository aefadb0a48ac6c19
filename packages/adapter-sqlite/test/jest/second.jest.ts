import { waitForBusyFile } from "./busy-file.ts";

declare const test: (title: string, body: () => Promise<void>, timeoutMs: number) => void;

test("a booking waits for a busy file", waitForBusyFile, 60_000);
