import { useEffect, useState } from "react";
import { ask } from "../api";
import { useChange } from "../changes";
import { Icon } from "../icons";
import { Outcome } from "../parts";
import { Sheet } from "../Sheet";
import { CANCEL_EXPORT, EXPORT, EXPORTS } from "./documents";
import { savedInput } from "./definition";
import { atMoment } from "./format";
import type { Definition } from "./types";

export const FORMATS: { key: string; label: string; text: string }[] = [
  { key: "CSV", label: "CSV", text: "For any program. Formulas in texts are defused." },
  { key: "XLSX", label: "Excel", text: "A workbook; numbers are numbers." },
  { key: "JSONL", label: "JSON lines", text: "One object a line, for programs." },
  { key: "PARQUET", label: "Parquet", text: "Typed columns, for data tools." },
];

interface Export {
  id: string;
  name: string;
  format: string | null;
  state: string;
  rowsWritten: number | null;
  rowsTotal: number | null;
  error: string | null;
}

const LOOKING_MILLISECONDS = 1_000;
const UNDER_WAY = new Set(["WAITING", "RUNNING"]);
const STATES: Record<string, string> = { WAITING: "not fetched yet", RUNNING: "being written", COMPLETED: "done", FAILED: "failed", CANCELLED: "given up", REFUSED: "refused" };

/** What fetching a file is called in the states in which it can be. */
const FETCHED: Record<string, string> = { WAITING: "Fetch", COMPLETED: "Fetch again" };

interface Props {
  definition: Definition;
  name: string;
  /** How many rows the report has as it was last run; null where it was not, or is another by now. */
  rows: number | null;
  close: () => void;
}

/** The report as a file, whether or not it was run: made while it is fetched, with the rights of that moment. */
export function ExportSheet({ definition, name, rows, close }: Props) {
  const [format, setFormat] = useState("CSV");
  const [called, setCalled] = useState(name);
  const [exports, setExports] = useState<Export[]>([]);
  const [mine, setMine] = useState<string[]>([]);
  const { busy, said, say, make } = useChange();
  const waiting = exports.some((each) => each.state === "RUNNING" || (mine.includes(each.id) && each.state === "WAITING"));
  useEffect(() => {
    const stop = new AbortController();
    const look = () =>
      ask<{ reportExports: { nodes: Export[] } | null }>(EXPORTS, {}, stop.signal).then(
        (data) => setExports(data.reportExports?.nodes ?? []),
        () => undefined, // the next look may do
      );
    void look();
    const looking = waiting || mine.length > 0 ? setInterval(() => void look(), LOOKING_MILLISECONDS) : undefined;
    return () => {
      clearInterval(looking);
      stop.abort();
    };
  }, [waiting, mine]);
  async function begin() {
    const success = await make<{ id: string; link: string }>(EXPORT, { format, report: savedInput(definition), name: called.trim() || null }, "The file is on its way to your downloads.");
    if (!success) return;
    setMine([success.id, ...mine]);
    fetchFile(success.link);
  }
  async function cancel(each: Export) {
    await make(CANCEL_EXPORT, { reportExport: each.id }, `“${each.name}” is given up.`);
    setMine([...mine]);
  }
  return (
    <Sheet
      title="Export"
      close={close}
      foot={
        <>
          <span className="grow soft small">{rows === null ? "How many rows there are is known while it is written." : `${rows.toLocaleString()} rows and their totals.`}</span>
          <button type="button" className="button" onClick={close}>
            Close
          </button>
          <button type="button" className="button primary" disabled={busy || definition.columns.length === 0} onClick={() => void begin()}>
            <Icon name="download" /> Export
          </button>
        </>
      }
    >
      <fieldset className="formats">
        <legend className="label">As</legend>
        {FORMATS.map(({ key, label, text }) => (
          <label key={key} className="card">
            <input
              type="radio"
              name="format"
              checked={format === key}
              onChange={() => {
                say(null);
                setFormat(key);
              }}
            />
            <span>
              <strong>{label}</strong>
              <span className="soft small">{text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label className="field half">
        <span className="label">Name of the file</span>
        <input className="input" value={called} maxLength={100} onChange={(event) => setCalled(event.target.value)} />
      </label>
      {definition.compare && <p className="soft small">Each column has that of the period it is compared with beside it.</p>}
      {definition.asOf && <p className="soft small">The file is as it stood on {atMoment(definition.asOf)}.</p>}
      <Outcome said={said} />
      {exports.length > 0 && (
        <section className="stack" aria-label="Your exports">
          <h3>Your exports</h3>
          <ul className="card kept">
            {exports.map((each) => (
              <li key={each.id}>
                <span className="grow">
                  <strong>{each.name}</strong>{" "}
                  <span className="faint small">
                    {each.format}, {STATES[each.state] ?? each.state.toLowerCase()}
                    {each.rowsWritten !== null && `, ${each.rowsWritten.toLocaleString()}${each.rowsTotal === null ? "" : ` of ${each.rowsTotal.toLocaleString()}`} rows`}
                  </span>
                  {each.error && <span className="small failed"> {each.error}</span>}
                </span>
                {each.state === "RUNNING" && <progress aria-label={`How much of ${each.name} is written`} value={each.rowsWritten ?? undefined} max={each.rowsTotal ?? undefined} />}
                {UNDER_WAY.has(each.state) && (
                  <button type="button" className="button small" disabled={busy} aria-label={`Cancel ${each.name}`} onClick={() => void cancel(each)}>
                    Cancel
                  </button>
                )}
                {each.state in FETCHED && (
                  <a className="button small" href={`/exports/${each.id}`} download aria-label={`${FETCHED[each.state]}: ${each.name}`}>
                    {FETCHED[each.state]}
                  </a>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </Sheet>
  );
}

function fetchFile(link: string): void {
  const made = document.createElement("a");
  made.href = link;
  made.download = "";
  made.click();
}
