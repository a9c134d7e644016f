import { useEffect } from "react";

/** The browser asks before it leaves the page, while there are changes that are not saved. */
export function useUnsaved(changed: boolean): void {
  useEffect(() => {
    if (!changed) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [changed]);
}
