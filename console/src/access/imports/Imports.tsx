import { type FormEvent, useEffect, useState } from "react";
import { sendFile } from "../../api";
import { useChange } from "../../changes";
import { Icon } from "../../icons";
import { Blank, Bones, Failed, Outcome } from "../../parts";
import { atMoment } from "../../reports/format";
import { asApiError, useAsk } from "../../useAsk";
import { CANCEL_IMPORT, IMPORT, JOBS } from "./documents";
import { Lines } from "./Lines";

interface Job {
  id: string;
  name: string;
  state: string;
  source: string | null;
  dryRun: boolean | null;
  fileSize: number | null;
  bytesRead: number | null;
  rowsRead: number | null;
  rowsAccepted: number | null;
  rowsRefused: number | null;
  problem: string | null;
  createdAt: string | null;
  createdBy: { name: string } | null;
}

const LOOKING_MILLISECONDS = 1_000;
const UNDER_WAY = new Set(["QUEUED", "RUNNING"]);
const STATES: Record<string, { tone: string; text: string }> = {
  QUEUED: { tone: "warn", text: "waits" },
  RUNNING: { tone: "warn", text: "is read" },
  COMPLETED: { tone: "good", text: "done" },
  FAILED: { tone: "bad", text: "failed" },
  CANCELLED: { tone: "", text: "given up" },
};

/** Files of orders: sent with what their columns mean, followed while they are read, and what came of each row. */
export function Imports() {
  const { data, error, again } = useAsk<{ importJobs: { nodes: Job[] } | null }>(JOBS);
  const [mine, setMine] = useState<string[]>([]);
  const [unfolded, setUnfolded] = useState<string | null>(null);
  const { busy, said, make } = useChange();
  const jobs = data?.importJobs?.nodes ?? [];
  // What waits for a file of somebody else may wait for a day.
  const waiting = jobs.some((each) => each.state === "RUNNING" || (each.state === "QUEUED" && mine.includes(each.id)));
  useEffect(() => {
    const looking = waiting ? setInterval(again, LOOKING_MILLISECONDS) : undefined;
    return () => clearInterval(looking);
  }, [waiting, again]);
  async function cancel(job: Job) {
    if (await make(CANCEL_IMPORT, { importJob: job.id }, `“${job.name}” is given up: nothing of it was kept.`)) again();
  }
  if (error && !data) return <Failed error={error} again={again} />;
  if (!data) return <Bones lines={8} />;
  return (
    <div className="stack roomy">
      <Sending
        sent={(job) => {
          setMine([...mine, job]);
          again();
        }}
      />
      <Outcome said={said} />
      {jobs.length === 0 && (
        <Blank icon="folder" title="Nothing was imported yet">
          <p>Send a file of orders with a mapping that says what its columns mean. Try it first: that writes the log and nothing else.</p>
        </Blank>
      )}
      {jobs.length > 0 && (
        <ul className="card entries" aria-label="Imports">
          {jobs.map((job) => {
            const { tone, text } = STATES[job.state] ?? { tone: "", text: job.state.toLowerCase() };
            const unfold = unfolded === job.id;
            return (
              <li key={job.id} className="import">
                <div className="grow">
                  <p className="line">
                    <strong>{job.name}</strong>
                    <span className={`chip ${tone}`}>{text}</span>
                    {job.dryRun && <span className="chip">tried only</span>}
                  </p>
                  <p className="faint small">{[rowsOf(job), job.createdBy && `by ${job.createdBy.name}`, job.createdAt && atMoment(job.createdAt)].filter(Boolean).join(", ")}</p>
                  {job.problem && <p className="small failed">{job.problem}</p>}
                  {job.state === "RUNNING" && <progress aria-label={`How much of ${job.name} is read`} value={job.bytesRead ?? undefined} max={job.fileSize ?? undefined} />}
                </div>
                {UNDER_WAY.has(job.state) && (
                  <button type="button" className="button small" disabled={busy} aria-label={`Cancel ${job.name}`} onClick={() => void cancel(job)}>
                    Cancel
                  </button>
                )}
                {(job.rowsRefused ?? 0) > 0 && (
                  <button type="button" className="button small" aria-expanded={unfold} aria-label={`Log of ${job.name}`} onClick={() => setUnfolded(unfold ? null : job.id)}>
                    Log <Icon name={unfold ? "up" : "down"} />
                  </button>
                )}
                {unfold && <Lines job={job.id} name={job.name} />}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}

function rowsOf({ state, fileSize, rowsRead, rowsAccepted, rowsRefused }: Job): string {
  if (state === "QUEUED") return fileSize === null ? "its file is awaited" : "it is here, and waits for its turn";
  if (rowsRead === null) return "no row was read";
  const read = `${rowsRead.toLocaleString()} ${rowsRead === 1 ? "row" : "rows"} read`;
  if (state !== "COMPLETED") return read;
  return `${read}, ${(rowsAccepted ?? 0).toLocaleString()} taken, ${(rowsRefused ?? 0).toLocaleString()} in the log`;
}

const MAPPING = `source: our shop
file: { date_format: iso, time_zone: UTC }
order: { key: order, date: when }
amount: { column: amount }
currency: { constant: EUR }
account: { column: account, by: name }
program: { column: program, by: name }
`;

function Sending({ sent }: { sent: (job: string) => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [mapping, setMapping] = useState(MAPPING);
  const [dryRun, setDryRun] = useState(true);
  const { busy, said, say, make } = useChange();
  const [sending, setSending] = useState(false);
  async function begin(event: FormEvent) {
    event.preventDefault();
    if (!file) return;
    const job = await make<{ id: string; link: string }>(IMPORT, { name: file.name, mapping, dryRun }, "The file is being sent.");
    if (!job) return;
    setSending(true);
    try {
      await sendFile(job.link, file);
      say({ text: dryRun ? "The file is here and is tried: its log says what would be refused." : "The file is here and is imported beside everything else.", bad: false });
    } catch (failed) {
      say({ text: asApiError(failed).message, bad: true });
    }
    setSending(false);
    sent(job.id);
  }
  return (
    <details className="card asking">
      <summary>
        <Icon name="plus" /> Import a file of orders
      </summary>
      <form className="stack" onSubmit={(event) => void begin(event)}>
        <label className="field half">
          <span className="label">File: CSV, TSV, NDJSON or XLSX</span>
          <input className="input" type="file" accept=".csv,.tsv,.tab,.txt,.ndjson,.jsonl,.xlsx,.xlsm" required onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
        </label>
        <label className="field">
          <span className="label">What its columns mean: a mapping, as YAML</span>
          <textarea className="input mapping" rows={8} spellCheck={false} required value={mapping} onChange={(event) => setMapping(event.target.value)} />
        </label>
        <label className="field half">
          <span className="label">Or a file with the mapping</span>
          <input className="input" type="file" accept=".yaml,.yml,.json" onChange={(event) => void event.target.files?.[0]?.text().then(setMapping)} />
        </label>
        <label className="tick">
          <input type="checkbox" checked={dryRun} onChange={(event) => setDryRun(event.target.checked)} />
          Try it only: the log is written, and nothing else
        </label>
        <div>
          <button type="submit" className="button primary" disabled={busy || sending || !file}>
            {dryRun ? "Try it" : "Import"}
          </button>
        </div>
      </form>
      <Outcome said={said} />
    </details>
  );
}
