import { useEffect } from "react";

/** What the page is called, in tabs and histories of the browser. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Sightline`;
  }, [title]);
}
