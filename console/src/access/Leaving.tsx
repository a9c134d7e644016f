// What is not saved is not left behind without a word: whoever goes elsewhere in these pages is asked once.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useUnsaved } from "../useUnsaved";

interface Leaving {
  hold: (changed: boolean) => void;
  leave: (go: () => void) => void;
}

const Context = createContext<Leaving>({ hold: () => undefined, leave: (go) => go() });

/** Asks before one goes elsewhere, where something is not saved. */
export function AskingToLeave({ children }: { children: ReactNode }) {
  const changed = useRef(false);
  const [going, setGoing] = useState<{ go: () => void } | null>(null);
  const leaving = useMemo<Leaving>(
    () => ({
      hold: (now) => {
        changed.current = now;
      },
      leave: (go) => (changed.current ? setGoing({ go }) : go()),
    }),
    [],
  );
  return (
    <Context value={leaving}>
      {children}
      <ModalOverlay className="sheet-ground" isOpen={going !== null} onOpenChange={(open) => !open && setGoing(null)}>
        <Modal className="sheet asking-to-leave">
          <Dialog role="alertdialog">
            <header>
              <Heading slot="title">Go on without saving?</Heading>
            </header>
            <p className="sheet-body">There are changes here that are not saved. They would be lost.</p>
            <footer>
              <button type="button" className="button" autoFocus onClick={() => setGoing(null)}>
                Stay here
              </button>
              <button
                type="button"
                className="button danger"
                onClick={() => {
                  setGoing(null);
                  going?.go();
                }}
              >
                Discard the changes
              </button>
            </footer>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </Context>
  );
}

/** Go elsewhere in these pages. */
export function useLeave(): Leaving["leave"] {
  return useContext(Context).leave;
}

/** Say whether there are changes on this page that are not saved. */
export function useHold(changed: boolean): void {
  const { hold } = useContext(Context);
  useUnsaved(changed);
  useEffect(() => {
    hold(changed);
    return () => hold(false);
  }, [hold, changed]);
}
