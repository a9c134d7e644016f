import { useEffect, useState } from "react";
import { type ApiError, ask } from "./api";
import { asApiError } from "./useAsk";

export interface Connection<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface Pages<Node> {
  nodes: Node[] | null;
  error: ApiError | null;
  /** Read what comes after; null where there is no more. */
  more: (() => void) | null;
  again: () => void;
}

/** The rows of a connection, page after page. `name` is where the answer has it; the variables stay as they are. */
export function usePages<Node>(query: string, name: string, variables: object = {}): Pages<Node> {
  const [nodes, setNodes] = useState<Node[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    void read(null, stop.signal);
    return () => stop.abort();
    // What is read follows from the turn alone.
  }, [turn]);

  async function read(after: string | null, signal?: AbortSignal) {
    try {
      const { [name]: found } = await ask<Record<string, Connection<Node> | null>>(query, { ...variables, after }, signal);
      setError(null);
      setNodes((before) => [...(after ? (before ?? []) : []), ...(found?.nodes ?? [])]);
      setCursor(found?.pageInfo.hasNextPage ? found.pageInfo.endCursor : null);
    } catch (failed) {
      if (!signal?.aborted) setError(asApiError(failed));
    }
  }
  return { nodes, error, more: cursor === null ? null : () => void read(cursor), again: () => setTurn((before) => before + 1) };
}
