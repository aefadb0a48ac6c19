/** A free slot that is offered in place of another. */
export interface Offer {
  readonly slotId: string;
  readonly start: Date;
  readonly end: Date;
}

/** A free time that is offered, of which no slot was made. */
export interface OfferedTime extends Omit<Offer, "slotId"> {
  readonly slotId: null;
}

/** Something that a button of a notice does. */
export interface NoticeAction {
  readonly label: string;
  readonly act: () => void;
}

export interface Notice {
  readonly id: number;
  readonly tone: "refused" | "told";
  /** What happened, as a sentence. */
  readonly title: string;
  /** Why, and what can be done. */
  readonly text: string;
  /** Buttons, each of which does something about it. */
  readonly actions: readonly NoticeAction[];
  /** What the buttons are, above them. */
  readonly actionsTitle: string;
}

export type NewNotice = Pick<Notice, "tone" | "title"> & Partial<Notice>;

/** More than these would cover the page. */
const most = 4;

/** The notices of the page, the latest last. */
export function createNoticeList() {
  const listeners = new Set<() => void>();
  let notices: readonly Notice[] = [];
  let last = 0;

  function become(next: readonly Notice[]): void {
    notices = next;
    for (const listener of [...listeners]) listener();
  }

  return {
    get: () => notices,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    add(notice: NewNotice): number {
      const id = ++last;
      become(bounded([...notices, { text: "", actions: [], actionsTitle: "", ...notice, id }]));
      return id;
    },
    /** Adds to a notice what was found out since. */
    complete(id: number, more: Partial<Notice>): void {
      become(notices.map((notice) => (notice.id === id ? { ...notice, ...more, id } : notice)));
    },
    dismiss(id: number): void {
      become(notices.filter((notice) => notice.id !== id));
    },
  };
}

/** Good news go first: nothing has to be done about them. */
function bounded(notices: readonly Notice[]): readonly Notice[] {
  if (notices.length <= most) return notices;
  const goes = notices.find(({ tone }) => tone === "told") ?? notices[0];
  return notices.filter((notice) => notice !== goes);
}

/** One page has one list. */
export const noticeList = createNoticeList();
