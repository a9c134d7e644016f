import { useCallback, useEffect, useState } from "react";
import { type ApiError, ask } from "./api";
import { asApiError } from "./useAsk";
import type { Connection } from "./usePages";

export interface EveryPage<Node> {
  nodes: Node[] | null;
  error: ApiError | null;
  again: () => void;
}

/** All rows of a connection, of which something is said as a whole. Those before stand until all of the new ones are there. */
export function useEveryPage<Node>(query: string, name: string, variables: object = {}): EveryPage<Node> {
  const [nodes, setNodes] = useState<Node[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  const written = JSON.stringify(variables);
  useEffect(() => {
    const stop = new AbortController();
    async function read() {
      const found: Node[] = [];
      let after: string | null = null;
      do {
        const page: Record<string, Connection<Node> | null> = await ask(query, { ...(JSON.parse(written) as object), after }, stop.signal);
        found.push(...(page[name]?.nodes ?? []));
        after = page[name]?.pageInfo.hasNextPage ? page[name].pageInfo.endCursor : null;
      } while (after !== null);
      setNodes(found);
    }
    setError(null);
    read().catch((failed: unknown) => {
      if (!stop.signal.aborted) setError(asApiError(failed));
    });
    return () => stop.abort();
  }, [query, name, written, turn]);
  return { nodes, error, again: useCallback(() => setTurn((before) => before + 1), []) };
}
