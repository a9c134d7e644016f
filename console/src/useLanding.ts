// Where a change takes away what had the focus, the keyboard would begin at the top of the page again.
import { type RefObject, useEffect, useRef } from "react";

/** What gets the focus then. `changed` is what the change altered; null before there was one. */
export function useLanding<Landing extends HTMLElement>(changed: unknown): RefObject<Landing | null> {
  const landing = useRef<Landing>(null);
  useEffect(() => {
    if (changed !== null && document.activeElement === document.body) landing.current?.focus();
  }, [changed]);
  return landing;
}
