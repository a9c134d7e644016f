// What a change of access would open and close, as the API tells it before it is made.
import { useEffect, useState } from "react";
import { type ApiError, ask } from "../../api";
import { CONFLICT } from "../../changes";
import { asApiError } from "../../useAsk";

const EXPOSED = `query Exposed($input: ExposureInput!, $after: ID) @onDenied(mode: MASK) {
  exposure(input: $input) {
    __typename
    ... on Exposure {
      people(limit: 20, after: $after) {
        touched { user { id name } differences { kind coordinates rows { gained lost gainedExample lostExample } } }
        last
      }
    }
    ... on UserError { message }
  }
}`;

/** Somebody who changes a form is not done after each key. */
const SETTLING_MILLISECONDS = 400;

export interface Difference {
  kind: "GAINED" | "LOST" | "ELSEWHERE";
  coordinates: string[];
  rows: { gained: number; lost: number; gainedExample: string | null; lostExample: string | null } | null;
}

export interface Touched {
  user: { id: string; name: string } | null;
  differences: Difference[];
}

interface People {
  touched: Touched[];
  last: string | null;
}

export type Exposed =
  | { state: "nothing" | "asking" }
  | { state: "told"; people: Touched[]; more: (() => void) | null }
  | { state: "refused"; message: string; conflict: boolean }
  | { state: "failed"; error: ApiError };

interface Answer {
  exposure: { __typename: string; people?: People; message?: string } | null;
}

/** What this change exposes: asked when the form has come to rest, and anew when it is another. */
export function useExposed(input: object | null): Exposed {
  const [found, setFound] = useState<{ of: string; exposed: Exposed } | null>(null);
  const written = input === null ? null : JSON.stringify(input);
  useEffect(() => {
    if (written === null) return;
    const setExposed = (exposed: Exposed) => setFound({ of: written, exposed });
    const stop = new AbortController();
    const change = JSON.parse(written) as object;
    async function look(before: Touched[], after: string | null) {
      try {
        const { exposure } = await ask<Answer>(EXPOSED, { input: change, after }, stop.signal);
        if (!exposure?.people) {
          setExposed({ state: "refused", message: exposure?.message ?? "This would be refused.", conflict: exposure?.__typename === CONFLICT });
          return;
        }
        const people = [...before, ...exposure.people.touched];
        const { last } = exposure.people;
        setExposed({ state: "told", people, more: last === null ? null : () => void look(people, last) });
      } catch (error) {
        if (!stop.signal.aborted) setExposed({ state: "failed", error: asApiError(error) });
      }
    }
    const waiting = setTimeout(() => void look([], null), SETTLING_MILLISECONDS);
    return () => {
      clearTimeout(waiting);
      stop.abort();
    };
  }, [written]);
  // What was found out of another change is nothing to go by, not even for a moment.
  if (written === null) return { state: "nothing" };
  return found?.of === written ? found.exposed : { state: "asking" };
}

/** Nothing is saved before one was shown what it exposes; where that cannot be found out, one is told so, and may. */
export function maySave(exposed: Exposed): boolean {
  return exposed.state === "told" || exposed.state === "failed";
}

const COLUMN = "report column ";
const DOES = "Mutation.";

export interface Group {
  title: string;
  names: string[];
}

/** Coordinates as people read them: the columns of reports, what can be done, and the fields of each type. */
export function grouped(coordinates: string[], label: (column: string) => string): Group[] {
  const groups = new Map<string, string[]>();
  for (const each of coordinates) {
    const [type = each, field] = each.split(".");
    const [title, name] = each.startsWith(COLUMN)
      ? ["Report columns", label(each.slice(COLUMN.length))]
      : each.startsWith(DOES)
        ? ["May do", words(each.slice(DOES.length))]
        : [words(type), field ?? "it exists"];
    groups.set(title, [...(groups.get(title) ?? []), name]);
  }
  return [...groups].map(([title, names]) => ({ title, names }));
}

/** `editRole` as "edit role", `AffiliateAccount` as "Affiliate account". */
export function words(name: string): string {
  const [first = "", ...rest] = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").split(" ");
  return [first, ...rest.map((each) => each.toLowerCase())].join(" ");
}
