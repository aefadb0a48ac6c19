import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import "../styles/controls.css";
import "./dialog.css";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** `alertdialog` for what has to be decided before anything else. */
  readonly role?: "dialog" | "alertdialog";
  readonly size?: "narrow" | "wide";
}

/**
 * A dialog that is open as long as it is rendered: in the middle of a wide screen, at the foot of a narrow one. Focus is kept
 * in it, and returns where it came from.
 */
export function Dialog({ title, onClose, children, role = "dialog", size = "narrow" }: DialogProps) {
  return (
    <ModalOverlay className="dialog-veil" isOpen isDismissable onOpenChange={(isOpen) => isOpen || onClose()}>
      <Modal className="dialog-frame" data-size={size}>
        <AriaDialog className="dialog" role={role}>
          <header className="dialog-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <button type="button" className="button-icon" aria-label="Close" onClick={onClose}>
              <span aria-hidden="true">×</span>
            </button>
          </header>
          <div className="dialog-body">{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
