// A change asked of the API: what came of it, or the words in which it was refused. Every mutation's document calls
// its answer `answer`.
import { useState } from "react";
import { ask } from "./api";
import { asApiError } from "./useAsk";
import { useBusy } from "./useBusy";

export interface Said {
  text: string;
  bad: boolean;
  /** Whether it was refused because somebody else changed it meanwhile. */
  conflict?: boolean;
}

/** What the API calls a refusal of a change that was made from an old version. */
export const CONFLICT = "Conflict";

interface Answer {
  __typename: string;
  message?: string;
}

export interface Change {
  busy: boolean;
  said: Said | null;
  say: (said: Said | null) => void;
  /** Ask for a change; what its success selects, or null where it was refused: then `said` has the reason. */
  make: <Success>(document: string, input: object, done: string) => Promise<Success | null>;
}

export function useChange(): Change {
  const [busy, setBusy] = useBusy();
  const [said, say] = useState<Said | null>(null);
  async function make<Success>(document: string, input: object, done: string): Promise<Success | null> {
    setBusy(true);
    say(null);
    try {
      const { answer } = await ask<{ answer: Answer }>(document, { input });
      const refused = answer.message !== undefined;
      say(refused ? { text: answer.message ?? "This was refused.", bad: true, conflict: answer.__typename === CONFLICT } : { text: done, bad: false });
      return refused ? null : (answer as Success);
    } catch (error) {
      say({ text: asApiError(error).message, bad: true });
      return null;
    } finally {
      setBusy(false);
    }
  }
  return { busy, said, say, make };
}
