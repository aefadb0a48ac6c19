import { type FocusEvent, useEffect, useRef, useState } from "react";
import "./notices.css";
import { NotConfirmed } from "./not-confirmed.tsx";
import type { Notice } from "./notice-list.ts";
import { useOutcomes } from "./outcomes.ts";
import { useNotices } from "./use-notices.ts";

export { useNotices } from "./use-notices.ts";

/** How long good news stay, unless somebody reads or uses them. */
const toldForMs = 8_000;

/**
 * What became of commands, in one place that lies over the page: news never move what is read. It stays reachable while a
 * dialog is open.
 */
export function Notices() {
  useOutcomes();
  const { notices, dismiss } = useNotices();
  const { onFocus, goBack } = useWayBack();
  return (
    <section className="notices" aria-label="Notices" data-react-aria-top-layer="true" onFocus={onFocus}>
      <ol className="notices-list" aria-live="polite" aria-relevant="additions">
        {notices.map((notice) => (
          <li key={notice.id}>
            <NoticeCard
              notice={notice}
              onEnd={() => dismiss(notice.id)}
              onDismiss={() => {
                goBack();
                dismiss(notice.id);
              }}
            />
          </li>
        ))}
      </ol>
      <NotConfirmed />
    </section>
  );
}

/** Focus returns where it came from when the notice with it goes, or to the content if that is gone. */
function useWayBack() {
  const cameFrom = useRef<HTMLElement | null>(null);
  return {
    onFocus({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>): void {
      if (!currentTarget.contains(relatedTarget)) cameFrom.current = relatedTarget as HTMLElement | null;
    },
    goBack(): void {
      const there = cameFrom.current?.isConnected ? cameFrom.current : document.getElementById("main");
      there?.focus({ preventScroll: true });
    },
  };
}

interface NoticeCardProps {
  readonly notice: Notice;
  /** It has been there for long enough. */
  readonly onEnd: () => void;
  readonly onDismiss: () => void;
}

function NoticeCard({ notice, onEnd, onDismiss }: NoticeCardProps) {
  const { tone, title, text, actions, actionsTitle } = notice;
  const reading = useEndOfGoodNews(tone === "told", onEnd);
  return (
    <div className={`notice notice-${tone}`} role={tone === "refused" ? "alert" : "status"} {...reading}>
      <span className="notice-sign" aria-hidden="true">
        {tone === "refused" ? "!" : "✓"}
      </span>
      <div className="notice-body">
        <p className="notice-title">{title}</p>
        {text !== "" && <p className="notice-text">{text}</p>}
        {actionsTitle !== "" && <p className="notice-text">{actionsTitle}</p>}
        {actions.length > 0 && (
          <div className="notice-actions">
            {actions.map(({ label, act }) => (
              <button
                key={label}
                type="button"
                className="notice-action"
                onClick={() => {
                  onDismiss();
                  act();
                }}
              >
                {label}
              </button>
            ))}
          </div>
        )}
      </div>
      <button type="button" className="notice-dismiss" aria-label={`Dismiss: ${title}`} onClick={onDismiss}>
        <span aria-hidden="true">×</span>
      </button>
    </div>
  );
}

/** Good news go by themselves, but not while they are read: the pointer over them or the focus in them keeps them. */
function useEndOfGoodNews(isGood: boolean, onEnd: () => void) {
  const [isRead, setIsRead] = useState(false);
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    if (!isGood || isRead) return;
    const timer = setTimeout(() => end.current(), toldForMs);
    return () => clearTimeout(timer);
  }, [isGood, isRead]);
  return {
    onPointerEnter: () => setIsRead(true),
    onPointerLeave: () => setIsRead(false),
    onFocus: () => setIsRead(true),
    onBlur: () => setIsRead(false),
  };
}
