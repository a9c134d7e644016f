import type { ReactNode } from "react";
import { type Exposed, maySave } from "./exposed";
import { inShort } from "./WhatItExposes";

interface Props {
  exposed: Exposed;
  /** What does it. */
  button: string;
  danger?: boolean;
  disabled: boolean;
  act: () => Promise<void>;
  close: () => void;
  /** What else can be done. */
  children?: ReactNode;
}

/** The foot of a dialog that changes access: in short what that exposes, and the button once it is told. */
export function ExposedFoot({ exposed, button, danger = false, disabled, act, close, children }: Props) {
  return (
    <>
      {children}
      <span className="grow soft small">{inShort(exposed)}</span>
      <button type="button" className="button" onClick={close}>
        Cancel
      </button>
      <button type="button" className={`button ${danger ? "danger" : "primary"}`} disabled={disabled || !maySave(exposed)} onClick={() => void act()}>
        {button}
      </button>
    </>
  );
}
