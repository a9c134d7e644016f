import { Bar, BarChart, CartesianGrid, Legend, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { shown } from "./format";
import type { Definition, ReportAnswer, ReportColumn } from "./types";

const MOST_POINTS = 400;
const MOST_SERIES = 6;
const REST = "Others";

interface Props {
  report: ReportAnswer;
  /** Columns of one unit: money and counts never share an axis. */
  columns: ReportColumn[];
  kind: Definition["chart"];
}

interface Series {
  key: string;
  label: string;
}

type Point = { at: string } & Record<string, number | string | null>;

/** One point for each value of the first dimension; one line for each column, or for each value of the second. */
function drawn(report: ReportAnswer, columns: ReportColumn[]): { points: Point[]; series: Series[] } {
  const label = (row: number, at: number) => report.rows[row]?.dimensions[at]?.label ?? report.rows[row]?.dimensions[at]?.value ?? "none";
  const number = (value: string | null | undefined) => (value === null || value === undefined ? null : Number(value));
  const [first] = columns;
  const count = Math.min(report.rows.length, MOST_POINTS * MOST_SERIES);
  if ((report.rows[0]?.dimensions.length ?? 0) < 2 || !first) {
    const points = Array.from({ length: Math.min(count, MOST_POINTS) }, (_, row) => ({
      at: label(row, 0),
      ...Object.fromEntries(columns.map((column) => [column.key, number(column.values[row])])),
    }));
    return { points: points as Point[], series: columns.map(({ key, label: text }) => ({ key, label: text })) };
  }
  const sums = new Map<string, number>();
  for (let row = 0; row < count; row++) sums.set(label(row, 1), (sums.get(label(row, 1)) ?? 0) + (number(first.values[row]) ?? 0));
  const largest = [...sums].sort((a, b) => b[1] - a[1]).slice(0, MOST_SERIES).map(([name]) => name);
  const byPoint = new Map<string, Point>();
  // What is a ratio cannot be added up, so only sums have a line for the others.
  const adds = first.unit === "COUNT" || first.unit === "MONEY" || first.unit === "QUANTITY";
  for (let row = 0; row < count; row++) {
    const point = byPoint.get(label(row, 0)) ?? { at: label(row, 0) };
    byPoint.set(point.at, point);
    const name = largest.includes(label(row, 1)) ? label(row, 1) : REST;
    if (name !== REST || adds) point[name] = Number(point[name] ?? 0) + (number(first.values[row]) ?? 0);
  }
  const names = sums.size > largest.length && adds ? [...largest, REST] : largest;
  return { points: [...byPoint.values()].slice(0, MOST_POINTS), series: names.map((name) => ({ key: name, label: name })) };
}

const colour = (name: string, at: number) => (name === REST ? "var(--series-rest)" : `var(--series-${(at % MOST_SERIES) + 1})`);

export default function ReportChart({ report, columns, kind }: Props) {
  const { points, series } = drawn(report, columns);
  const unit = columns[0]?.unit ?? "COUNT";
  const axis = { stroke: "var(--line-strong)", tick: { fill: "var(--ink-faint)", fontSize: 12 }, tickLine: false };
  const common = (
    <>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis dataKey="at" {...axis} minTickGap={28} />
      <YAxis {...axis} axisLine={false} width={64} tickFormatter={(value: number) => shown(String(value), unit, report.currency, true)} />
      <Tooltip
        isAnimationActive={false}
        cursor={{ fill: "var(--sunken)", stroke: "var(--line-strong)" }}
        contentStyle={{ background: "var(--raised)", border: "1px solid var(--line-strong)", borderRadius: 6, boxShadow: "var(--shadow)", fontSize: 12.5 }}
        labelStyle={{ color: "var(--ink)", fontWeight: 600 }}
        itemStyle={{ color: "var(--ink-soft)", padding: 0 }}
        formatter={(value) => shown(value === null || value === undefined ? null : String(value), unit, report.currency)}
      />
      {series.length > 1 && <Legend itemSorter={null} iconType={kind === "line" ? "plainline" : "square"} iconSize={10} wrapperStyle={{ fontSize: 12.5 }} formatter={(text) => <span className="soft">{text}</span>} />}
    </>
  );
  const box = { data: points, margin: { top: 8, right: 12, bottom: 0, left: 0 } };
  return (
    <ResponsiveContainer width="100%" height={260}>
      {kind === "line" ? (
        <LineChart {...box}>
          {common}
          {series.map(({ key, label }, at) => (
            <Line key={key} dataKey={key} name={label} stroke={colour(key, at)} strokeWidth={2} dot={points.length < 40 ? { r: 2.5, strokeWidth: 0, fill: colour(key, at) } : false} isAnimationActive={false} />
          ))}
        </LineChart>
      ) : (
        <BarChart {...box}>
          {common}
          {series.map(({ key, label }, at) => (
            <Bar key={key} dataKey={key} name={label} fill={colour(key, at)} {...(kind === "stacked" ? { stackId: "one" } : {})} radius={kind === "stacked" ? 0 : [2, 2, 0, 0]} maxBarSize={42} isAnimationActive={false} />
          ))}
        </BarChart>
      )}
    </ResponsiveContainer>
  );
}
