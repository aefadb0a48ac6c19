import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from "playwright-core";

export interface OpenOptions extends BrowserContextOptions {
  /** What follows `?as=…` in the address. */
  readonly search?: Readonly<Record<string, string>>;
  /** A browser that is open already. The page is another tab of it. */
  readonly browser?: BrowserContext;
  /** What the clock of the device says. It goes on from there. */
  readonly now?: Date;
}

export interface Pages {
  /** Opens the page as somebody, in a browser of its own. */
  readonly open: (person: string | undefined, options?: OpenOptions) => Promise<Page>;
  /** The console's words of this kind are what the test itself brings about. */
  readonly allow: (words: RegExp) => void;
  /**
   * Closes all pages, and returns what was wrong on them: errors in the console, uncaught ones, and what the content
   * security policy has kept from being done.
   *
   * @param failed The name of the test if it has failed. Its pages are kept as pictures.
   */
  readonly closeAll: (failed?: string) => Promise<readonly string[]>;
}

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 800 };

const screenshots = join(import.meta.dirname, "../../screenshots");

export function createPages(browser: Browser, url: string): Pages {
  let [contexts, allowed, troubles]: [BrowserContext[], RegExp[], string[]] = [[], [], []];

  async function newContext(options: BrowserContextOptions): Promise<BrowserContext> {
    const context = await browser.newContext({
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      viewport: desktop,
      ...options,
    });
    context.setDefaultTimeout(20_000);
    await context.addInitScript({ content: watchPage });
    context.on("console", (message) => {
      if (message.type() === "error") troubles.push(wordsOf(message));
    });
    context.on("weberror", (error) => troubles.push(`uncaught: ${error.error().message}`));
    contexts.push(context);
    return context;
  }

  return {
    async open(person, { search = {}, browser: own, now, ...options } = {}) {
      const page = await (own ?? (await newContext(options))).newPage();
      if (now !== undefined) await page.clock.install({ time: now });
      const who = person === undefined ? {} : { as: person };
      await page.goto(`${url}/?${new URLSearchParams({ ...who, ...search })}`);
      return page;
    },
    allow: (words) => void allowed.push(words),
    async closeAll(failed) {
      const pages = contexts.flatMap((context) => context.pages());
      if (failed !== undefined)
        await Promise.all(pages.map((page, index) => picture(page, `failed/${failed}-${index}`)));
      await Promise.all(contexts.map((context) => context.close()));
      const left = troubles.filter((trouble) => !allowed.some((words) => words.test(trouble)));
      [contexts, allowed, troubles] = [[], [], []];
      return left;
    },
  };
}

/** Runs in each page, before its own scripts. */
const watchPage = `addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error("content security policy: " + violatedDirective + " " + blockedURI))`;

function wordsOf(message: ConsoleMessage): string {
  return `${message.text()} (${message.location().url})`;
}

/** Writes a picture of the page, to be looked at. */
export async function picture(page: Page, name: string): Promise<void> {
  const path = join(screenshots, `${name.replaceAll(/[^\w/-]+/g, "-")}.png`);
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
}
