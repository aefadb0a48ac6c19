/** Protocols of one engine. MySQL and MariaDB share theirs. */
const families = [
  ["postgres:", "postgresql:"],
  ["mysql:", "mariadb:"],
] as const;

/**
 * The nodes that somebody runs, from one text.
 * @throws Error that says what is wrong with it
 */
export function parseUrls(text: string): readonly string[] {
  const urls = text.split(",").filter((url) => url !== "");
  for (const url of urls) if (!URL.canParse(url)) throw new Error(`--urls: "${url}" is not a URL`);
  const protocols = [...new Set(urls.map((url) => new URL(url).protocol))];
  const isOfOne = families.some((family) => protocols.every((one) => (family as readonly string[]).includes(one)));
  if (!isOfOne) {
    throw new Error(`--urls: all must be of one engine, postgres:// or mysql://, not ${protocols.join(" and ")}`);
  }
  const hosts = new Set(urls.map((url) => new URL(url).host));
  if (hosts.size < 2 || hosts.size < urls.length) {
    throw new Error("--urls: give at least two nodes, each once, separated by commas");
  }
  return urls;
}
