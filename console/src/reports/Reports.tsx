import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import "./reports.css";
import { type ApiError, ask } from "../api";
import { explorerLink } from "../explorer/links";
import { Icon } from "../icons";
import { Blank, Bones, Failed, NotYet } from "../parts";
import { asApiError, useAsk } from "../useAsk";
import { Builder } from "./Builder";
import { lensInput, lensKey, readDefinition, reportInput, writeDefinition } from "./definition";
import { CHOICES, LENSES, MAY, OPEN, REPORT } from "./documents";
import { ExportSheet } from "./ExportSheet";
import { atMoment } from "./format";
import { ReportTable } from "./ReportTable";
import { type MayKeep, type Place, SavedSheet } from "./SavedSheet";
import { SaveSheet } from "./SaveSheet";
import type { Choices, Definition, Filter, Lens, ReportAnswer, ReportColumn } from "./types";

const ReportChart = lazy(() => import("./ReportChart"));

/** On a narrow screen the report comes first, and what it is made of is folded away. */
const NARROW = "(max-width: 900px)";

const USUAL = ["clicks", "conversions", "sale_amount", "revenue", "payout", "epc", "cr"];

export default function Reports() {
  const { data, error, again } = useAsk<{ reportLenses: Lens[] | null }>(LENSES);
  if (error || !data) return <NotYet error={error} again={again} />;
  const lenses = data.reportLenses ?? [];
  if (lenses.length === 0) {
    return (
      <Blank icon="reports" title="There are no reports for you yet" first>
        <p>Reports show the numbers of a platform, an organization or an account. Ask whoever administers yours for a role with reports.</p>
      </Blank>
    );
  }
  return <Workbench lenses={lenses} />;
}

/** The saved report that an address names, as far as it is there for the viewer. */
interface Kept {
  node: { id: string; name: string; owner: { id: string } | null } | null;
}

interface Result {
  definition: Definition;
  report: ReportAnswer;
}

function Workbench({ lenses }: { lenses: Lens[] }) {
  const [definition, setDefinition] = useState(() => readDefinition(location.search, lenses));
  const [result, setResult] = useState<Result | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [running, setRunning] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const choices = useAsk<{ reportSchema: Choices | null }>(CHOICES, { lens: lensInput(definition.lens) });
  const may = useAsk<{ viewer: MayKeep }>(MAY).data?.viewer ?? null;
  const kept = useAsk<Kept>(definition.saved ? OPEN : null, { id: definition.saved }).data?.node ?? null;
  const own = kept !== null && kept.id === definition.saved && kept.owner?.id === may?.user?.id ? kept : null;
  const [sheet, setSheet] = useState<"saved" | "save" | "export" | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const schema = choices.data?.reportSchema ?? null;
  const written = writeDefinition(definition);

  const run = useCallback(async (asked: Definition) => {
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    setRunning(true);
    setFailure(null);
    try {
      const data = await ask<{ report: ReportAnswer }>(REPORT, { input: reportInput(asked) }, mine.signal);
      setResult({ definition: asked, report: data.report });
    } catch (error) {
      if (mine.signal.aborted) return;
      setFailure(asApiError(error));
      setResult(null);
    }
    setRunning(false);
  }, []);

  // The first look is a report, not an empty page: of the link, else of the usual columns that there are.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || !schema) return;
    begun.current = true;
    const open = new Set(schema.columns.filter((each) => each.available).map((each) => each.key));
    const first = definition.columns.length > 0 ? definition : { ...definition, columns: USUAL.filter((key) => open.has(key)) };
    setDefinition(first);
    const withheld = first.columns.some((key) => !open.has(key));
    if (first.columns.length > 0 && !withheld) void run(first);
  }, [schema, definition, run]);

  useEffect(() => {
    if (begun.current) history.replaceState(null, "", location.pathname + written);
  }, [written]);

  const change = (part: Partial<Definition>) => setDefinition((before) => ({ ...before, ...part }));
  const changeAndRun = (part: Partial<Definition>) => {
    const next = { ...definition, ...part };
    setDefinition(next);
    void run(next);
  };
  const sort = (key: string) => {
    const { order } = definition;
    changeAndRun({ order: { key, descending: order?.key === key ? !order.descending : !definition.groupBy.includes(key) } });
  };
  const only = (filter: Filter) => changeAndRun({ filters: [...definition.filters.filter((each) => each.dimension !== filter.dimension), filter] });

  const loading = useRef(false);
  const more = useCallback(async () => {
    if (!result?.report.pageInfo.hasNextPage || loading.current) return;
    loading.current = true;
    try {
      const data = await ask<{ report: ReportAnswer }>(REPORT, { input: reportInput(result.definition, result.report.pageInfo.endCursor) });
      setResult((now) => (now === result ? { ...now, report: joined(now.report, data.report) } : now));
    } catch (error) {
      setFailure(asApiError(error));
    }
    loading.current = false;
  }, [result]);

  const withheld = (schema?.columns ?? []).filter((each) => !each.available && definition.columns.includes(each.key));
  const without = (keys: string[]): Partial<Definition> => ({
    columns: definition.columns.filter((key) => !keys.includes(key)),
    having: definition.having.filter((each) => !keys.includes(each.column)),
    order: definition.order && keys.includes(definition.order.key) ? null : definition.order,
  });
  const changed = result !== null && runs(result.definition) !== runs(definition);
  return (
    <div className="workbench">
      <aside className="side" aria-label="What the report is made of">
        {choices.error ? (
          <Failed error={choices.error} again={choices.again} />
        ) : (
          <details className="fold" open={!matchMedia(NARROW).matches}>
            <summary className="button">
              <Icon name="filter" /> What the report is made of
            </summary>
            <Builder lenses={lenses} choices={schema} definition={definition} change={change} may={may} again={choices.again} />
          </details>
        )}
      </aside>
      <section className="bench" aria-label="Report">
        <div className="bench-head">
          <h1 className="grow">{definition.saved ? (kept?.name ?? "Report") : "Report"}</h1>
          {may?.saved && (
            <button type="button" className="button quiet" onClick={() => setSheet("saved")}>
              <Icon name="folder" /> Saved reports
            </button>
          )}
          {may?.save && (
            <button type="button" className="button quiet" disabled={definition.columns.length === 0} onClick={() => setSheet("save")}>
              <Icon name="save" /> Save
            </button>
          )}
          {may?.exports && (
            <button type="button" className="button quiet" disabled={definition.columns.length === 0 || withheld.length > 0} onClick={() => setSheet("export")}>
              <Icon name="download" /> Export
            </button>
          )}
          {result && <CopyLink />}
          <a className="button" href={explorerLink(REPORT, { input: reportInput(definition) })}>
            <Icon name="code" /> Show GraphQL
          </a>
          <button type="button" className="button primary" disabled={running || definition.columns.length === 0 || withheld.length > 0} onClick={() => void run(definition)}>
            <Icon name="play" /> Run
          </button>
        </div>
        <div className={`bar ${running ? "on" : ""}`} role="status" aria-label={running ? "The report runs" : "The report is ready"} />
        {done && (
          <p className="notice good" role="status">
            <Icon name="check" /> {done}
          </p>
        )}
        {withheld.length > 0 && (
          <div className="notice warn" role="alert">
            <Icon name="lock" />
            <div className="grow">
              {withheld.map((each) => (
                <p key={each.key}>
                  <strong>{each.label}</strong> is not available to you: {each.reason}.
                </p>
              ))}
            </div>
            <button type="button" className="button small" onClick={() => changeAndRun(without(withheld.map((each) => each.key)))}>
              Run without {withheld.length === 1 ? "it" : "them"}
            </button>
          </div>
        )}
        {failure && <Failed error={failure} again={() => void run(definition)} />}
        {changed && !running && !failure && withheld.length === 0 && (
          <p className="notice" role="status">
            <Icon name="info" /> The report below is from before your changes: run it again.
          </p>
        )}
        {!result && running && <Bones lines={10} label="The report runs" />}
        {!result && !running && !failure && withheld.length === 0 && (
          <Blank icon="reports" title="Choose columns and run">
            <p>The report appears here, with a chart and its totals. The address of this page is the report: send it to a colleague, who sees it with their own rights.</p>
          </Blank>
        )}
        {result && <Shown result={result} choices={schema} stale={changed || running} chart={definition.chart} setChart={(chart) => change({ chart })} sort={sort} only={only} more={result.report.pageInfo.hasNextPage ? () => void more() : null} />}
        {sheet === "saved" && may && (
          <SavedSheet
            may={may}
            organization={placeOf(lenses.find((each) => lensKey(each) === definition.lens))}
            close={() => setSheet(null)}
            open={(opened, name) => {
              setSheet(null);
              setDone(`“${name}” is opened.`);
              setDefinition(opened);
              void run(opened);
            }}
          />
        )}
        {sheet === "save" && (
          <SaveSheet
            definition={definition}
            from={own}
            close={() => setSheet(null)}
            saved={(id, name) => {
              setSheet(null);
              setDone(`“${name}” is saved. Share or schedule it under “Saved reports”.`);
              change({ saved: id });
            }}
          />
        )}
        {sheet === "export" && <ExportSheet definition={definition} name={kept?.name ?? "Report"} rows={result && !changed ? result.report.rowCount : null} close={() => setSheet(null)} />}
      </section>
    </div>
  );
}

function placeOf(lens: Lens | undefined): Place | null {
  return lens?.id && lens.kind !== "ACCOUNT" ? { id: lens.id, name: lens.name ?? "the organization" } : null;
}

/** What a run depends on: not how it is drawn, nor under which name it is kept. */
function runs(definition: Definition): string {
  return writeDefinition({ ...definition, chart: "line", saved: "" });
}

interface ShownProps {
  result: Result;
  choices: Choices | null;
  stale: boolean;
  chart: Definition["chart"];
  setChart: (chart: Definition["chart"]) => void;
  sort: (key: string) => void;
  only: (filter: Filter) => void;
  more: (() => void) | null;
}

function Shown({ result, choices, stale, chart, setChart, sort, only, more }: ShownProps) {
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
      {report.rows.length > 1 && <Drawn report={report} chart={chart} setChart={setChart} />}
      <ReportTable report={report} choices={choices} definition={definition} sort={sort} only={only} more={more} />
    </div>
  );
}

const KINDS: { key: Definition["chart"]; label: string }[] = [
  { key: "line", label: "Line" },
  { key: "bar", label: "Bars" },
  { key: "stacked", label: "Stacked" },
];

function Drawn({ report, chart, setChart }: { report: ReportAnswer; chart: Definition["chart"]; setChart: (chart: Definition["chart"]) => void }) {
  const several = (report.rows[0]?.dimensions.length ?? 0) > 1;
  const [wanted, setWanted] = useState<string[]>([]);
  const shown = useMemo(() => {
    const kept = report.columns.filter((each) => wanted.includes(each.key));
    return kept.length > 0 ? kept : report.columns.slice(0, 1);
  }, [report, wanted]);
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
          {KINDS.map(({ key, label }) => (
            <button key={key} type="button" className="toggle" aria-pressed={chart === key} onClick={() => setChart(key)}>
              {label}
            </button>
          ))}
        </div>
      </div>
      <Suspense fallback={<div className="chart-room" />}>
        <ReportChart report={report} columns={shown} kind={chart} />
      </Suspense>
    </figure>
  );
}

function CopyLink() {
  const [done, setDone] = useState(false);
  return (
    <button
      type="button"
      className="button quiet"
      onClick={() => {
        void navigator.clipboard.writeText(location.href).then(() => setDone(true));
        setTimeout(() => setDone(false), 2500);
      }}
    >
      <Icon name={done ? "check" : "link"} /> {done ? "Copied" : "Copy link"}
    </button>
  );
}

function day(moment: string, timeZone: string, before = false): string {
  const date = new Date(new Date(moment).getTime() - (before ? 1 : 0));
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone }).format(date);
}

/** One report of two pages. Totals are those of all rows already. */
function joined(first: ReportAnswer, next: ReportAnswer): ReportAnswer {
  const longer = <Column extends { values: (string | null)[] }>(columns: Column[], others: { values: (string | null)[] }[]) =>
    columns.map((column, at) => ({ ...column, values: [...column.values, ...(others[at]?.values ?? [])] }));
  return {
    ...first,
    rows: [...first.rows, ...next.rows],
    columns: longer(first.columns, next.columns),
    compare: first.compare && { columns: longer(first.compare.columns, next.compare?.columns ?? []) },
    pageInfo: next.pageInfo,
  };
}
