import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe finds that keeps people from using the page: `serious` and `critical`, with where it is. */
export async function barriersOn(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  // By the debugger, which the page's content security policy does not concern.
  await page.evaluate(axe.source);
  const only = rules === undefined ? {} : { runOnly: { type: "rule", values: rules } };
  const options = JSON.stringify({ ...only, resultTypes: ["violations"] });
  const { violations } = (await page.evaluate(`axe.run(document, ${options})`)) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
}

/** From now on, notes what moves on the page without its reader having done something. */
export async function watchShifts(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(`
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        const moved = sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.textContent);
        if (!hadRecentInput) window.shifts.push(value + ": " + moved.join(" | "));
      }
    }).observe({ type: "layout-shift" });
  `);
  return async () => {
    // They are told after the next frames.
    await page.waitForTimeout(200);
    return (await page.evaluate("window.shifts")) as readonly string[];
  };
}

/** What moves for longer than a moment, or again and again, of all that is on the page. */
export async function motionsOn(page: Page): Promise<readonly string[]> {
  return (await page.evaluate(`
    [...document.querySelectorAll("*")].flatMap((element) => {
      const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
      const seconds = [animationName === "none" ? "0s" : animationDuration, transitionDuration].join(",").split(",");
      return seconds.some((text) => Number.parseFloat(text) > 0.01) ? [element.outerHTML.slice(0, 120)] : [];
    })`)) as readonly string[];
}
