import { useEffect, useState } from "react";
import { type ApiError, ask } from "../api";
import { Blank, Bones, Failed } from "../parts";
import { asApiError } from "../useAsk";
import { dayAndTime, DayField, endOf, startOf } from "./days";
import { LOG } from "./documents";

interface Entry {
  id: string;
  at: string | null;
  action: string;
  targetType: string | null;
  viaPath: string | null;
  actor: { name: string } | null;
  onBehalfOf: { name: string } | null;
  apiKey: { name: string } | null;
  organization: { name: string } | null;
  affiliateAccount: { name: string } | null;
  changes: { field: string; before: string | null; after: string | null }[] | null;
}

interface Page {
  auditLog: { nodes: Entry[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } | null;
}

const TYPING_MILLISECONDS = 250;

/** What was done, by whom, and what it changed: as much of it as the reader sees of the rows it is about. */
export function AuditLog() {
  const [action, setAction] = useState("");
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const [entries, setEntries] = useState<Entry[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const waiting = setTimeout(() => void read(null, stop.signal), TYPING_MILLISECONDS);
    return () => {
      clearTimeout(waiting);
      stop.abort();
    };
    // What is read follows from these alone.
  }, [action, since, until, turn]);

  async function read(after: string | null, signal?: AbortSignal) {
    const at = { ...(since ? { gte: startOf(since) } : {}), ...(until ? { lte: endOf(until) } : {}) };
    const where = { ...(action.trim() ? { action: { startsWith: action.trim() } } : {}), ...(since || until ? { at } : {}) };
    try {
      const { auditLog } = await ask<Page>(LOG, { after, where: Object.keys(where).length > 0 ? where : null }, signal);
      setError(null);
      setEntries((before) => [...(after ? (before ?? []) : []), ...(auditLog?.nodes ?? [])]);
      setCursor(auditLog?.pageInfo.hasNextPage ? auditLog.pageInfo.endCursor : null);
    } catch (failed) {
      if (!signal?.aborted) setError(asApiError(failed));
    }
  }
  return (
    <div className="stack">
      <form className="question" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <label className="field">
          <span className="label">Action begins with</span>
          <input className="input" type="search" placeholder="user:edit_columns" value={action} onChange={(event) => setAction(event.target.value)} spellCheck={false} />
        </label>
        <DayField label="From" value={since} change={setSince} />
        <DayField label="To" value={until} change={setUntil} />
      </form>
      {error && <Failed error={error} again={() => setTurn(turn + 1)} />}
      {!entries && !error && <Bones lines={10} />}
      {entries?.length === 0 && (
        <Blank icon="empty" title="Nothing was done that you see">
          <p>No entry of the log passes these filters.</p>
        </Blank>
      )}
      {entries && entries.length > 0 && (
        <ol className="card log">
          {entries.map((entry) => (
            <li key={entry.id}>
              <time className="faint" dateTime={entry.at ?? ""}>
                {entry.at ? dayAndTime(entry.at) : "–"}
              </time>
              <div>
                <p>
                  <strong>{entry.actor?.name ?? (entry.apiKey ? `Key ${entry.apiKey.name}` : "Somebody")}</strong>
                  {entry.onBehalfOf && <span> for {entry.onBehalfOf.name}</span>} <code>{entry.action}</code>
                  {(entry.organization ?? entry.affiliateAccount) && <span className="soft"> in {entry.organization?.name ?? entry.affiliateAccount?.name}</span>}
                </p>
                {(entry.changes ?? []).map((change) => (
                  <p key={change.field} className="small change-line">
                    <span className="soft">{change.field}</span>
                    {change.before !== null && <del>{change.before}</del>}
                    {change.after !== null && <ins>{change.after}</ins>}
                  </p>
                ))}
              </div>
              {entry.viaPath && <code className="chip">{entry.viaPath}</code>}
            </li>
          ))}
        </ol>
      )}
      {cursor && (
        <button type="button" className="button" onClick={() => void read(cursor)}>
          Show earlier entries
        </button>
      )}
    </div>
  );
}
