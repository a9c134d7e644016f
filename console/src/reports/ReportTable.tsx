import { type UIEvent, useState } from "react";
import { flushSync } from "react-dom";
import { Icon } from "../icons";
import { change, shown } from "./format";
import type { Choices, Definition, Filter, ReportAnswer } from "./types";

interface Props {
  report: ReportAnswer;
  choices: Choices | null;
  definition: Definition;
  sort: (key: string) => void;
  only: (filter: Filter) => void;
  more: (() => void) | null;
}

const ROW = 34;
/** Rows are put into the document so many at a time, and as many around what is seen: few scrolls draw anything. */
const STEP = 16;
const FIRST_LOOK = 40;

/** The rows of a report. Only those that can be seen are in the document, however many there are. */
export function ReportTable({ report, choices, definition, sort, only, more }: Props) {
  const [view, setView] = useState({ first: 0, last: FIRST_LOOK });
  const labels = new Map((choices?.dimensions ?? []).map((each) => [each.key, each.label]));
  const dimensions = report.rows[0]?.dimensions.map((each) => each.key) ?? definition.groupBy;
  const compared = new Map((report.compare?.columns ?? []).map((each) => [each.key, each]));
  const native = dimensions.indexOf("currency");
  const rows = report.rows.slice(view.first, view.last);
  function look(event: UIEvent<HTMLDivElement>) {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
    const first = Math.max(0, Math.floor(scrollTop / ROW / STEP) * STEP - STEP);
    const last = (Math.ceil((scrollTop + clientHeight) / ROW / STEP) + 1) * STEP;
    // Before the frame is painted, or a long jump would show an empty table for one.
    if (first !== view.first || last !== view.last) flushSync(() => setView({ first, last }));
    if (more && scrollTop + clientHeight > scrollHeight - 30 * ROW) more();
  }
  const sorted = (key: string) => (definition.order?.key === key ? (definition.order.descending ? "descending" : "ascending") : undefined);
  const head = (key: string, label: string, number: boolean) => (
    <th key={key} scope="col" aria-sort={sorted(key)} className={number ? "number" : ""}>
      <button type="button" onClick={() => sort(key)}>
        {label}
        {sorted(key) && <Icon name={sorted(key) === "descending" ? "down" : "up"} />}
      </button>
    </th>
  );
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Rows of the report" onScroll={look}>
      <table className="rows" aria-rowcount={report.rowCount + 2}>
        <thead>
          <tr>
            {dimensions.map((key) => head(key, labels.get(key) ?? key, false))}
            {report.columns.map((column) => head(column.key, column.label, true))}
          </tr>
          <tr className="totals">
            {dimensions.length > 0 && (
              <th scope="row" colSpan={dimensions.length}>
                All rows
              </th>
            )}
            {report.columns.map((column) => (
              <td key={column.key} className="number">
                {shown(column.total, column.unit, report.currency)}
                {report.compare && <Change now={column.total} before={compared.get(column.key)?.total ?? null} />}
              </td>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.first > 0 && <tr aria-hidden="true" style={{ height: view.first * ROW }} />}
          {rows.map((row, index) => {
            const at = view.first + index;
            const currency = report.currency ?? row.dimensions[native]?.value ?? null;
            return (
              <tr key={at} aria-rowindex={at + 3}>
                {row.dimensions.map((each) => (
                  <td key={each.key} className="dimension">
                    <span>{each.label ?? each.value ?? <span className="faint">none</span>}</span>
                    {each.value !== null && (
                      <button type="button" className="button quiet icon-only small only" aria-label={`Only ${each.label ?? each.value}`} title="Only this" onClick={() => only({ dimension: each.key, value: each.value as string, label: each.label ?? (each.value as string) })}>
                        <Icon name="filter" />
                      </button>
                    )}
                  </td>
                ))}
                {report.columns.map((column) => (
                  <td key={column.key} className="number">
                    {shown(column.values[at] ?? null, column.unit, currency)}
                    {report.compare && <Change now={column.values[at] ?? null} before={compared.get(column.key)?.values[at] ?? null} />}
                  </td>
                ))}
              </tr>
            );
          })}
          {view.last < report.rows.length && <tr aria-hidden="true" style={{ height: (report.rows.length - view.last) * ROW }} />}
        </tbody>
      </table>
    </div>
  );
}

function Change({ now, before }: { now: string | null; before: string | null }) {
  const by = change(now, before);
  if (by === null) return <span className="change" />;
  const rounded = Number(by.toFixed(Math.abs(by) < 10 ? 1 : 0));
  const text = rounded === 0 ? "±0%" : `${rounded > 0 ? "+" : "−"}${Math.abs(rounded)}%`;
  return <span className={`change ${rounded > 0 ? "more" : rounded < 0 ? "less" : ""}`}>{text}</span>;
}
