import { lazy, Suspense, useMemo, useState } from "react";
import { addable, charted } from "./charting";
import type { Choices, Definition, ReportAnswer, ReportColumn } from "./types";

const ReportChart = lazy(() => import("./ReportChart"));

const KINDS: { key: Definition["chart"]; label: string }[] = [
  { key: "line", label: "Line" },
  { key: "bar", label: "Bars" },
  { key: "stacked", label: "Stacked" },
];

interface Props {
  report: ReportAnswer;
  choices: Choices | null;
  chart: Definition["chart"];
  setChart: (chart: Definition["chart"]) => void;
}

/** The chart of a report, with what is drawn in it and how; in its place the reason where it cannot be drawn. */
export function Drawn({ report, choices, chart, setChart }: Props) {
  const several = (report.rows[0]?.dimensions.length ?? 0) > 1;
  const [wanted, setWanted] = useState<string[]>([]);
  const shown = useMemo(() => {
    const kept = report.columns.filter((each) => wanted.includes(each.key));
    return kept.length > 0 ? kept : report.columns.slice(0, 1);
  }, [report, wanted]);
  const adds = useMemo(() => addable(report, choices), [report, choices]);
  const found = useMemo(() => {
    const labels = new Map((choices?.dimensions ?? []).map((each) => [each.key, each.label]));
    return charted(report, shown, adds, labels);
  }, [report, choices, shown, adds]);
  // Bars upon each other are a sum.
  const kinds = shown.every((each) => adds.has(each.key)) ? KINDS : KINDS.filter((each) => each.key !== "stacked");
  const kind = kinds.some((each) => each.key === chart) ? chart : "bar";
  function toggle(column: ReportColumn) {
    const others = shown.filter((each) => each.key !== column.key && each.unit === column.unit).map((each) => each.key);
    const on = shown.some((each) => each.key === column.key);
    setWanted(several ? [column.key] : on && others.length > 0 ? others : [...others, column.key]);
  }
  return (
    <figure className="card chart" aria-label={`Chart of ${shown.map((each) => each.label).join(", ")}`}>
      <div className="line">
        <div className="toggles grow" role="group" aria-label="What is drawn">
          {report.columns.map((column) => (
            <button key={column.key} type="button" className="toggle" aria-pressed={shown.some((each) => each.key === column.key)} onClick={() => toggle(column)}>
              {column.label}
            </button>
          ))}
        </div>
        <div className="toggles" role="group" aria-label="How it is drawn">
          {kinds.map(({ key, label }) => (
            <button key={key} type="button" className="toggle" aria-pressed={kind === key} onClick={() => setChart(key)}>
              {label}
            </button>
          ))}
        </div>
      </div>
      {typeof found === "string" ? (
        <p className="chart-room soft">{found}</p>
      ) : (
        <>
          <Suspense fallback={<div className="chart-room" />}>
            <ReportChart charted={found} unit={shown[0]?.unit ?? "COUNT"} currency={report.currency} kind={kind} />
          </Suspense>
          {found.notes.length > 0 && <figcaption className="faint small">{found.notes.join(" ")}</figcaption>}
        </>
      )}
    </figure>
  );
}
