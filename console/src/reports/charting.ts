// What a report's rows look like as a chart, and what has to be said beside it. Nothing here draws.
import { edgeNote, inTime, isTime } from "./buckets";
import type { Choices, ReportAnswer, ReportColumn } from "./types";

const MOST_POINTS = 400;
export const MOST_SERIES = 6;
export const REST = "rest";

export interface Series {
  key: string;
  label: string;
}

export type Point = { at: string } & Record<string, number | string | null>;

export interface Charted {
  points: Point[];
  series: Series[];
  /** What the chart does not show of the report, in sentences. */
  notes: string[];
}

/** The columns whose values may be added up, of one report: never ratios, and no amounts of several currencies. */
export function addable(report: ReportAnswer, choices: Choices | null): Set<string> {
  const of = new Map((choices?.columns ?? []).map((each) => [each.key, each.aggregation]));
  const several = new Set((choices?.dimensions ?? []).filter((each) => each.several).map((each) => each.key));
  if (report.rows[0]?.dimensions.some((each) => several.has(each.key))) return new Set();
  const sums = report.columns.filter((each) => of.get(each.key) === "SUM" && (each.unit !== "MONEY" || report.currency !== null));
  return new Set(sums.map((each) => each.key));
}

/** One point for each value of the first dimension; one line for each column, or for each value of the second. A text: why not. */
export function charted(report: ReportAnswer, columns: ReportColumn[], adds: Set<string>, labels: Map<string, string>): Charted | string {
  const [first] = columns;
  const [by, besides] = report.rows[0]?.dimensions.map((each) => each.key) ?? [];
  if (!first || by === undefined) return "There is nothing to draw.";
  const drawn = columns.filter((each) => each.values.some((value) => value !== null));
  if (drawn.length === 0) return `${first.label} has no value in any of these rows.`;
  const called = (key: string) => (labels.get(key) ?? key).toLowerCase();
  const { points, series, note } = besides === undefined ? byColumns(report, drawn) : bySecond(report, first, adds.has(first.key), besides, called);
  if (!points) return note;
  const ordered = isTime(by) ? points.sort(inTime(by, (each) => each.value)) : points;
  const notes = [
    report.rows.length < report.rowCount ? `Drawn from the first ${report.rows.length.toLocaleString()} of ${report.rowCount.toLocaleString()} rows.` : "",
    ordered.length > MOST_POINTS ? `The first ${MOST_POINTS} of ${ordered.length.toLocaleString()} points.` : "",
    note,
    edgeNote(report, by, ordered.map((each) => each.value)),
  ];
  return { points: ordered.slice(0, MOST_POINTS).map((each) => each.point), series, notes: notes.filter(Boolean) };
}

interface Placed {
  value: string | null;
  point: Point;
}

type Lines = { points: Placed[]; series: Series[]; note: string } | { points: null; series: null; note: string };

const numberOf = (value: string | null | undefined) => (value === null || value === undefined ? null : Number(value));

function dimensionOf(report: ReportAnswer, row: number, at: number): { value: string | null; label: string } {
  const found = report.rows[row]?.dimensions[at];
  return { value: found?.value ?? null, label: found?.label ?? found?.value ?? "none" };
}

function byColumns(report: ReportAnswer, columns: ReportColumn[]): Lines {
  const points = report.rows.map((_, row) => {
    const { value, label } = dimensionOf(report, row, 0);
    return { value, point: { at: label, ...Object.fromEntries(columns.map((column) => [column.key, numberOf(column.values[row])])) } as Point };
  });
  return { points, series: columns.map(({ key, label }) => ({ key, label })), note: "" };
}

function bySecond(report: ReportAnswer, column: ReportColumn, adds: boolean, key: string, called: (key: string) => string): Lines {
  const found = lines(report, column, key);
  const chosen = adds ? [...found].sort((a, b) => b.sum - a.sum).slice(0, MOST_SERIES) : found.slice(0, MOST_SERIES);
  const shown = isTime(key) ? chosen.sort(inTime(key, (each) => each.value)) : chosen;
  const names = new Map(shown.map((each, at) => [each.value, `series${at}`]));
  const points = new Map<string | null, Placed>();
  for (let row = 0; row < report.rows.length; row++) {
    const { value, label } = dimensionOf(report, row, 0);
    const placed = points.get(value) ?? { value, point: { at: label } };
    points.set(value, placed);
    const name = names.get(dimensionOf(report, row, 1).value) ?? REST;
    const number = numberOf(column.values[row]);
    if (number === null || (name === REST && !adds)) continue;
    const before = placed.point[name];
    // INVARIANT: what is no sum is drawn as it is in its row, or not at all.
    if (before !== undefined && !adds) return { points: null, series: null, note: whyNot(report, column) };
    placed.point[name] = Number(before ?? 0) + number;
  }
  const series = shown.map((each) => ({ key: names.get(each.value) as string, label: each.label }));
  const more = found.length - shown.length;
  if (more <= 0) return { points: [...points.values()], series, note: "" };
  const note = adds ? `The ${MOST_SERIES} largest by ${called(key)}, the ${more.toLocaleString()} others together.` : `The first ${MOST_SERIES} of ${found.length.toLocaleString()} by ${called(key)}.`;
  return { points: [...points.values()], series: adds ? [...series, { key: REST, label: "Others" }] : series, note };
}

/** The values of the second dimension that have a number anywhere, as they come. */
function lines(report: ReportAnswer, column: ReportColumn, key: string): { value: string | null; label: string; sum: number }[] {
  const found = new Map<string | null, { value: string | null; label: string; sum: number }>();
  for (let row = 0; row < report.rows.length; row++) {
    const number = numberOf(column.values[row]);
    if (number === null) continue;
    const { value, label } = dimensionOf(report, row, 1);
    const line = found.get(value) ?? { value, label, sum: 0 };
    found.set(value, line);
    line.sum += number;
  }
  const all = [...found.values()];
  return isTime(key) ? all.sort(inTime(key, (each) => each.value)) : all;
}

function whyNot(report: ReportAnswer, column: ReportColumn): string {
  const several = column.unit === "MONEY" && report.currency === null ? "amounts in several currencies" : `values of ${column.label}`;
  return `This is not drawn: there are several rows for one point, and ${several} cannot be added up. Take a dimension out under “Rows by”.`;
}
