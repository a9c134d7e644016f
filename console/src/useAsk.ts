import { useCallback, useEffect, useState } from "react";
import { ApiError, ask } from "./api";

export interface Asked<Data> {
  data: Data | null;
  error: ApiError | null;
  loading: boolean;
  again: () => void;
}

/** What a query answers, asked anew when its variables change. A null query is not asked. */
export function useAsk<Data>(query: string | null, variables: object = {}): Asked<Data> {
  const [state, setState] = useState<{ data: Data | null; error: ApiError | null; loading: boolean }>({
    data: null,
    error: null,
    loading: query !== null,
  });
  const [turn, setTurn] = useState(0);
  const written = JSON.stringify(variables);
  useEffect(() => {
    if (query === null) return;
    const stop = new AbortController();
    setState((before) => ({ ...before, error: null, loading: true }));
    ask<Data>(query, JSON.parse(written) as object, stop.signal).then(
      (data) => setState({ data, error: null, loading: false }),
      (error: unknown) => {
        if (!stop.signal.aborted) setState({ data: null, error: asApiError(error), loading: false });
      },
    );
    return () => stop.abort();
  }, [query, written, turn]);
  return { ...state, again: useCallback(() => setTurn((before) => before + 1), []) };
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError("Something is broken in the console: load the page again.", "INTERNAL");
}
