/** Protocols of one engine. MySQL and MariaDB share theirs. */
const families = [
  ["postgres:", "postgresql:"],
  ["mysql:", "mariadb:"],
] as const;

/**
 * The nodes that somebody runs, from one text. They are administrators' URLs, and CI keeps what is printed: messages say
 * which one is meant by its number.
 * @throws Error that says what is wrong with it
 */
export function parseUrls(text: string): readonly string[] {
  const urls = text.split(",").filter((url) => url !== "");
  const places = urls.map((url, index) => {
    const place = families.findIndex((family) => isOf(family, url));
    if (place < 0) throw new Error(`--urls: number ${index + 1} is not a URL of postgres:// or mysql://. ${advice}`);
    return place;
  });
  if (new Set(places).size > 1) throw new Error("--urls: all must be of one engine, postgres:// or mysql://");
  const hosts = new Set(urls.map((url) => new URL(url).host));
  if (hosts.size < 2 || hosts.size < urls.length) {
    throw new Error("--urls: give at least two nodes, each once, separated by commas");
  }
  return urls;
}

const advice = "A comma within one, as in a password, is written %2C";

/** The start of what is left of a URL that was cut at a comma may look like a protocol, and be part of a password. */
const isOf = (family: readonly string[], url: string): boolean =>
  URL.canParse(url) && family.includes(new URL(url).protocol);
