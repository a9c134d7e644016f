import { useState } from "react";
import { useChange } from "../changes";
import { Icon } from "../icons";
import { Outcome } from "../parts";
import { Sure } from "../Sheet";
import { useAsk } from "../useAsk";
import { ARCHIVE_METRIC, CREATE_METRIC, EDIT_METRIC, METRICS } from "./documents";

interface Metric {
  id: string;
  key: string;
  name: string;
  description: string | null;
  formula: string | null;
  organization: { id: string; name: string } | null;
}

interface Props {
  /** There is another metric, or one less: the columns to choose from are others. `made` is the key of a new one. */
  changed: (made: string | null) => void;
}

const NEW = "NEW";

/** Columns of one's own: a formula over columns that one may use. */
export function Metrics({ changed }: Props) {
  const { data, again } = useAsk<{ customMetrics: { nodes: Metric[] } | null }>(METRICS);
  const [opened, setOpened] = useState<string | null>(null);
  const close = (made: string | null) => {
    setOpened(null);
    again();
    changed(made);
  };
  return (
    <section className="metrics" aria-label="Metrics of your own">
      <h3 className="soft">Metrics of your own</h3>
      {(data?.customMetrics?.nodes ?? []).map((metric) =>
        opened === metric.id ? (
          <Editor key={metric.id} metric={metric} close={close} />
        ) : (
          <button key={metric.id} type="button" className="button quiet small" aria-label={`Change the metric ${metric.name}`} onClick={() => setOpened(metric.id)}>
            {metric.name} <code className="faint">{metric.formula}</code>
          </button>
        ),
      )}
      {opened === NEW ? (
        <Editor metric={null} close={close} />
      ) : (
        <button type="button" className="button small" onClick={() => setOpened(NEW)}>
          <Icon name="plus" /> New metric
        </button>
      )}
    </section>
  );
}

function Editor({ metric, close }: { metric: Metric | null; close: (made: string | null) => void }) {
  const [name, setName] = useState(metric?.name ?? "");
  const [formula, setFormula] = useState(metric?.formula ?? "");
  const [description, setDescription] = useState(metric?.description ?? "");
  const { busy, said, make } = useChange();
  async function save() {
    const input = { name, formula, description: description.trim() || null };
    if (metric) {
      if (await make(EDIT_METRIC, { customMetric: metric.id, ...input }, "Saved.")) close(null);
      return;
    }
    const made = await make<{ customMetric: { key: string } | null }>(CREATE_METRIC, input, "Made.");
    if (made) close(made.customMetric?.key ?? null);
  }
  async function archive() {
    if (metric && (await make(ARCHIVE_METRIC, { customMetric: metric.id }, "Archived."))) close(null);
  }
  return (
    <div className="card metric" role="group" aria-label={metric ? `Metric ${metric.name}` : "New metric"}>
      <label className="field">
        <span className="label">Name</span>
        <input className="input" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
      </label>
      <label className="field">
        <span className="label">Formula, of columns by their keys</span>
        <input className="input" placeholder="(revenue - payout) / clicks" value={formula} onChange={(event) => setFormula(event.target.value)} spellCheck={false} />
      </label>
      <label className="field">
        <span className="label">What it says</span>
        <input className="input" value={description} onChange={(event) => setDescription(event.target.value)} />
      </label>
      <Outcome said={said} />
      <div className="line">
        {metric && <Sure label="Archive" question={`Archive ${metric.name}?`} disabled={busy} act={() => void archive()} />}
        <span className="grow" />
        <button type="button" className="button small" onClick={() => close(null)}>
          Cancel
        </button>
        <button type="button" className="button small primary" disabled={busy || !name.trim() || !formula.trim()} onClick={() => void save()}>
          {metric ? "Save the metric" : "Make the metric"}
        </button>
      </div>
    </div>
  );
}
