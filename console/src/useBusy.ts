// Whether something that was asked for is under way. What is pressed for it is disabled meanwhile, by which a browser
// takes the focus away: whoever uses a keyboard has it back where he left it.
import { useEffect, useRef, useState } from "react";

export function useBusy(): [boolean, (busy: boolean) => void] {
  const [busy, setBusy] = useState(false);
  const left = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (busy) return;
    if (left.current?.isConnected && document.activeElement === document.body) left.current.focus();
    left.current = null;
  }, [busy]);
  function change(now: boolean) {
    if (now && document.activeElement instanceof HTMLElement) left.current = document.activeElement;
    setBusy(now);
  }
  return [busy, change];
}
