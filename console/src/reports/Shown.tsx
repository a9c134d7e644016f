import { Icon } from "../icons";
import { Blank } from "../parts";
import { Drawn } from "./Drawn";
import { atMoment } from "./format";
import { ReportTable } from "./ReportTable";
import type { Choices, Definition, Filter, ReportAnswer, ReportColumn } from "./types";

export interface Result {
  definition: Definition;
  report: ReportAnswer;
}

interface Props {
  result: Result;
  choices: Choices | null;
  stale: boolean;
  chart: Definition["chart"];
  setChart: (chart: Definition["chart"]) => void;
  sort: (key: string) => void;
  only: (filter: Filter) => void;
  more: (() => void) | null;
}

/** A report that has run: what it is over, its chart and its rows. */
export function Shown({ result, choices, stale, chart, setChart, sort, only, more }: Props) {
  const { report, definition } = result;
  if (report.rowCount === 0) {
    return (
      <Blank icon="empty" title={definition.having.length > 0 ? "No row is so in this period" : "Nothing happened in this period"}>
        <p>No rows from {day(report.since, report.timeZone)} on. Try a longer period, or fewer filters and conditions.</p>
      </Blank>
    );
  }
  const partial = report.columns.filter((each) => each.coverage === "PARTIAL");
  return (
    <div className={`shown ${stale ? "stale" : ""}`}>
      <p className="soft small">
        {day(report.since, report.timeZone)} to {day(report.until, report.timeZone, true)}, {report.timeZone.replaceAll("_", " ")}
        {report.currency ? `, amounts in ${report.currency}` : ""}
        {definition.asOf && (
          <>
            , <strong>as it stood on {atMoment(definition.asOf)}</strong>
          </>
        )}
        {definition.filters.length > 0 && (
          <>
            , only <strong>{definition.filters.map((each) => each.label).join(", ")}</strong>
          </>
        )}
        {definition.having.length > 0 && (
          <>
            , rows <strong>by {definition.having.length === 1 ? "a condition" : "conditions"}</strong>
          </>
        )}
        . {report.rowCount.toLocaleString()} {report.rowCount === 1 ? "row" : "rows"}
        {report.rows.length < report.rowCount && `, ${report.rows.length.toLocaleString()} loaded`}.
        {!report.complete && " There are more rows than a report takes: the totals count them all, the rows do not."}
      </p>
      {partial.length > 0 && (
        <p className="notice">
          <Icon name="info" />
          <span>
            {partial.map(coverage).join(" ")}
          </span>
        </p>
      )}
      {report.rows.length > 1 && <Drawn report={report} choices={choices} chart={chart} setChart={setChart} />}
      <ReportTable report={report} choices={choices} definition={definition} sort={sort} only={only} more={more} />
    </div>
  );
}

function coverage({ label, programs }: ReportColumn): string {
  if (programs === 0) return `Nothing in this report is there for you in ${label}: you may see it for none of the programs.`;
  return `${label} is over ${programs ?? "some"} ${programs === 1 ? "program: the one" : "programs: those"} where you may see it.`;
}

function day(moment: string, timeZone: string, before = false): string {
  const date = new Date(new Date(moment).getTime() - (before ? 1 : 0));
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone }).format(date);
}
