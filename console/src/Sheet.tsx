import { type ReactNode, useRef, useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Icon } from "./icons";
import { useUnsaved } from "./useUnsaved";

interface Props {
  title: string;
  close: () => void;
  /** Whether something in it is not saved. Then a click beside it does nothing, and closing it asks once. */
  changed?: boolean;
  /** What can be done with it, at its foot. */
  foot?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A dialog over the page: Escape closes it, and the focus returns to where it was. */
export function Sheet({ title, close, changed = false, foot, className = "", children }: Props) {
  const [leaving, setLeaving] = useState(false);
  useUnsaved(changed);
  const body = useRef<HTMLDivElement>(null);
  const asking = leaving && changed;
  function stay() {
    setLeaving(false);
    body.current?.focus();
  }
  function leave() {
    if (!changed) close();
    else if (asking) stay();
    else setLeaving(true);
  }
  return (
    <ModalOverlay className="sheet-ground" isOpen isDismissable={!changed} onOpenChange={(open) => !open && leave()}>
      <Modal className={`sheet ${className}`}>
        <Dialog>
          <header>
            <Heading slot="title" className="grow">
              {title}
            </Heading>
            <button type="button" className="button quiet icon-only" aria-label="Close" onClick={leave}>
              <Icon name="close" />
            </button>
          </header>
          <div ref={body} className="sheet-body" tabIndex={0} role="group" aria-label={title}>
            {children}
          </div>
          {asking && (
            <footer>
              <Question text="Close it without saving?" yes="Yes, discard the changes" act={close} not={stay} />
            </footer>
          )}
          {foot && <footer hidden={asking}>{foot}</footer>}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface QuestionProps {
  text: string;
  yes: string;
  disabled?: boolean | undefined;
  act: () => void;
  not: () => void;
}

/** Whether something is meant. The focus is on the answer that does nothing. */
export function Question({ text, yes, disabled, act, not }: QuestionProps) {
  return (
    <span className="sure" role="group" aria-label={text}>
      <span>{text}</span>
      <button type="button" className="button danger small" disabled={disabled} onClick={act}>
        {yes}
      </button>
      <button type="button" className="button small" autoFocus onClick={not}>
        No
      </button>
    </span>
  );
}

interface SureProps {
  label: string;
  /** What it is called where the label alone does not say what it is about. */
  name?: string;
  question: string;
  act: () => void;
  disabled?: boolean;
  small?: boolean;
}

/** A button whose work cannot be taken back: it asks once more, in the same place. */
export function Sure({ label, name, question, act, disabled, small }: SureProps) {
  const [asking, setAsking] = useState<boolean | null>(null);
  if (!asking) {
    return (
      <button type="button" className={`button danger ${small ? "small" : ""}`} aria-label={name} disabled={disabled} autoFocus={asking === false} onClick={() => setAsking(true)}>
        {label}
      </button>
    );
  }
  function sure() {
    setAsking(false);
    act();
  }
  return <Question text={question} yes={`Yes, ${label.toLowerCase()}`} disabled={disabled} act={sure} not={() => setAsking(false)} />;
}
