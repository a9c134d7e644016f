import { Icon } from "../icons";
import { Blank } from "../parts";
import { Drawn } from "./Drawn";
import { atMoment } from "./format";
import { ReportTable } from "./ReportTable";
import type { Choices, Definition, Filter, ReportAnswer } from "./types";

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
        . {report.rowCount.toLocaleString()} {report.rowCount === 1 ? "row" : "rows"}
        {report.rows.length < report.rowCount && `, ${report.rows.length.toLocaleString()} loaded`}.
        {!report.complete && " There are more rows than a report takes: the totals count them all, the rows do not."}
      </p>
      {partial.length > 0 && (
        <p className="notice">
          <Icon name="info" />
          <span>
            {partial.map((each) => `${each.label} is over ${each.programs ?? "some"} ${each.programs === 1 ? "program" : "programs"}`).join("; ")}: those where you may see it.
          </span>
        </p>
      )}
      {report.rows.length > 1 && <Drawn report={report} choices={choices} chart={chart} setChart={setChart} />}
      <ReportTable report={report} choices={choices} definition={definition} sort={sort} only={only} more={more} />
    </div>
  );
}

function day(moment: string, timeZone: string, before = false): string {
  const date = new Date(new Date(moment).getTime() - (before ? 1 : 0));
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone }).format(date);
}
