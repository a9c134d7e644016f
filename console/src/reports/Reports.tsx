import { useCallback, useEffect, useRef, useState } from "react";
import "./reports.css";
import { type ApiError, ask } from "../api";
import { explorerLink } from "../explorer/links";
import { Icon } from "../icons";
import { Blank, Bones, Failed, NotYet } from "../parts";
import { asApiError, useAsk } from "../useAsk";
import { Builder } from "./Builder";
import { asksForAnotherLens, lensInput, lensKey, lensLabel, readDefinition, reportInput, writeDefinition } from "./definition";
import { CHOICES, LENSES, MAY, OPEN, REPORT } from "./documents";
import { ExportSheet } from "./ExportSheet";
import { type MayKeep, type Place, SavedSheet } from "./SavedSheet";
import { SaveSheet } from "./SaveSheet";
import { type Result, Shown } from "./Shown";
import type { Choices, Definition, Filter, Lens, ReportAnswer } from "./types";
import { lacksOf, Withheld, without } from "./Withheld";

/** On a narrow screen the report comes first, and what it is made of is folded away. */
const NARROW = "(max-width: 900px)";

/** Failures that are no news about rights: what was shown may stay. */
const PASSING = ["UNAVAILABLE", "TIMEOUT", "RATE_LIMITED", "COST_EXCEEDED", "INTERNAL"];

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

function Workbench({ lenses }: { lenses: Lens[] }) {
  const [definition, setDefinition] = useState(() => readDefinition(location.search, lenses));
  const [elsewhere, setElsewhere] = useState(() => asksForAnotherLens(location.search, lenses));
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
      const failed = asApiError(error);
      setFailure(failed);
      if (!PASSING.includes(failed.code)) setResult(null);
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
    if (first.columns.length > 0 && lacksOf(first, schema).length === 0) void run(first);
  }, [schema, definition, run]);

  useEffect(() => {
    if (begun.current) history.replaceState(null, "", location.pathname + written);
  }, [written]);

  const change = (part: Partial<Definition>) => {
    setDone(null);
    if (part.lens !== undefined) setElsewhere(false);
    setDefinition((before) => ({ ...before, ...part }));
  };
  const changeAndRun = (part: Partial<Definition>) => {
    change(part);
    void run({ ...definition, ...part });
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

  const withheld = lacksOf(definition, schema);
  const rest = without(definition, withheld);
  const lens = lenses.find((each) => lensKey(each) === definition.lens);
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
          <button type="button" className="button primary" disabled={running || definition.columns.length === 0 || withheld.length > 0} onClick={() => changeAndRun({})}>
            <Icon name="play" /> Run
          </button>
        </div>
        <div className={`bar ${running ? "on" : ""}`} role="status" aria-label={running ? "The report runs" : "The report is ready"} />
        {done && (
          <p className="notice good" role="status">
            <Icon name="check" /> {done}
          </p>
        )}
        {elsewhere && lens && (
          <p className="notice warn" role="status">
            <Icon name="info" />
            <span>
              This address asks for a report from a point of view that is not there for you. It is shown as seen by <strong>{lensLabel(lens)}</strong> instead.
            </span>
          </p>
        )}
        {withheld.length > 0 && <Withheld lacks={withheld} run={rest.columns?.length ? () => changeAndRun(rest) : null} />}
        {failure && <Failed error={failure} again={() => void run(definition)} />}
        {result && (changed || failure) && !running && withheld.length === 0 && (
          <p className="notice" role="status">
            <Icon name="info" /> {failure ? "The report below is the last one that ran." : "The report below is from before your changes: run it again."}
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
            organization={placeOf(lens)}
            close={() => setSheet(null)}
            open={(opened, name) => {
              setSheet(null);
              changeAndRun(opened.saved === definition.saved ? { ...opened, chart: definition.chart } : opened);
              setDone(`“${name}” is opened.`);
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
              change({ saved: id });
              setDone(`“${name}” is saved. Share or schedule it under “Saved reports”.`);
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
