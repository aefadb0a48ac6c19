/** Bounds of every input, in one place. Within them all storages behave alike. */
export const limits = {
  /** Longest id that a host may use, in UTF-16 code units. It fits the index keys of every engine. */
  idLength: 128,
  /** Longest idempotency key. It leaves room for what tells actors apart in the id of a command. */
  keyLength: 116,
  reasonLength: 500,
  /** Longest metadata object, in characters of its JSON text. */
  metadataLength: 16_384,
  metadataDepth: 16,
  /** Longest slot or appointment. It bounds how far back a search for what overlaps has to look. */
  slotMs: 31 * 24 * 60 * 60 * 1000,
  earliest: Date.UTC(1900, 0, 1),
  /** Exclusive. */
  latest: Date.UTC(2200, 0, 1),
  /** Most slot rows that one `createSlots` may create, with all seats counted. */
  slotsPerCall: 50_000,
  /**
   * Most bytes of slots that one `createSlots` may create, as its result is stored. They fit the default packets of
   * every server.
   */
  createdBytes: 15_000_000,
  /** Largest `chunkSize` of `createManySlots`. */
  slotsPerChunk: 5_000,
  seatsPerSlot: 1_000,
  /** Most slots that one appointment may own. */
  slotsPerAppointment: 16,
  /** Largest value of an integer column on every engine. */
  version: 2 ** 31 - 1,
  holdSeconds: 24 * 60 * 60,
  /** Longest time that a slot is held for a request, or for an offer: 31 days. */
  requestSeconds: 31 * 24 * 60 * 60,
  /** Most slots of which a request asks for one. */
  wishesPerRequest: 8,
  pageSize: 500,
  /** Room for the longest id in Base64, at three bytes a code unit. */
  cursorLength: 600,
  /** Room for a mark of each partition, of which there are rarely more than ten. */
  feedCursorLength: 65_536,
  providersPerList: 100,
  /** Longest window that `follow` holds, in days. */
  followedDays: 400,
  followedProviders: 1_000,
  /** Most slots that `follow` may be allowed to hold: about 675 MB. */
  followedSlots: 5_000_000,
  /** Longest time in which one `findOpen` looks for openings, in days. */
  openDays: 62,
  /** Most rows that `loadAround` returns for each place. A list of more is cut. */
  rowsAround: 1_000,
  /** Most places that one `loadAround` looks at. */
  placesAround: 64,
  /** Most pages that one `readJournals` reads. */
  journalPages: 32,
  alternatives: 20,
  /** Most windows of the week that hours may have, and most of one exception. */
  weeklyHours: 200,
  windowsPerDay: 48,
  /** The furthest that slots are published ahead, in days. */
  publishedDays: 800,
  /** Most seats that one commit of `publishSlots` looks at, but for the last opening, and most that it changes. */
  publishedSeats: 1_000,
  /** Most busy intervals that one `importBusy` takes. */
  busyIntervals: 10_000,
  /** Longest iCalendar text, in characters. */
  calendarLength: 10_000_000,
  /** Most days and times that are looked at to find out when a calendar is busy. */
  calendarSteps: 1_000_000,
  /** Most time zones that the times of one calendar name. */
  calendarZones: 100,
  /** Most busy times that one commit of `importBusy` looks at. */
  busyParts: 500,
  /** Most blocked slots that one slot of a busy time remembers. They fit the bounds of metadata. */
  blockedPerBusy: 200,
  /** Most taken slots outside of the hours that an answer lists. */
  outsideSlots: 500,
  /** Most exceptions of hours. This many fit into `hoursLength`, with a window and an offer each, whatever the week is. */
  hoursExceptions: 1_500,
  /** Longest hours of an availability, in characters of their JSON text. */
  hoursLength: 262_144,
  /** Most policies that one command may pass by an override. */
  overrides: 16,
  /** The furthest that a policy may see of a provider, in minutes: 31 days. */
  seenOfProvider: 31 * 24 * 60,
  /** The furthest that a policy may see of a subject, in minutes: 366 days. */
  seenOfSubject: 366 * 24 * 60,
} as const;
