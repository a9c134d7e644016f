import { type ReactNode, useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Icon } from "./icons";

interface Props {
  title: string;
  close: () => void;
  /** What can be done with it, at its foot. */
  foot?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A dialog over the page: Escape closes it, and the focus returns to where it was. */
export function Sheet({ title, close, foot, className = "", children }: Props) {
  return (
    <ModalOverlay className="sheet-ground" isOpen isDismissable onOpenChange={(open) => !open && close()}>
      <Modal className={`sheet ${className}`}>
        <Dialog>
          <header>
            <Heading slot="title" className="grow">
              {title}
            </Heading>
            <button type="button" className="button quiet icon-only" aria-label="Close" onClick={close}>
              <Icon name="close" />
            </button>
          </header>
          <div className="sheet-body" tabIndex={0} role="group" aria-label={title}>
            {children}
          </div>
          {foot && <footer>{foot}</footer>}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface SureProps {
  label: string;
  question: string;
  act: () => void;
  disabled?: boolean;
  small?: boolean;
}

/** A button whose work cannot be taken back: it asks once more, in the same place. */
export function Sure({ label, question, act, disabled, small }: SureProps) {
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <button type="button" className={`button danger ${small ? "small" : ""}`} disabled={disabled} onClick={() => setAsking(true)}>
        {label}
      </button>
    );
  }
  return (
    <span className="sure" role="group" aria-label={question}>
      <span>{question}</span>
      <button
        type="button"
        className="button danger small"
        disabled={disabled}
        onClick={() => {
          setAsking(false);
          act();
        }}
      >
        Yes, {label.toLowerCase()}
      </button>
      <button type="button" className="button small" autoFocus onClick={() => setAsking(false)}>
        No
      </button>
    </span>
  );
}
