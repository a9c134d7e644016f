// What somebody types, once he pauses: it is not asked for after each key.
import { useEffect, useState } from "react";

export function useSettled(typed: string, milliseconds: number): string {
  const [settled, setSettled] = useState("");
  useEffect(() => {
    const waiting = setTimeout(() => setSettled(typed.trim()), milliseconds);
    return () => clearTimeout(waiting);
  }, [typed, milliseconds]);
  return settled;
}
