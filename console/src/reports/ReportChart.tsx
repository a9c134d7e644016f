import { Bar, BarChart, CartesianGrid, Legend, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { type Charted, MOST_SERIES, REST } from "./charting";
import { shown } from "./format";
import type { Definition, Unit } from "./types";

interface Props {
  charted: Charted;
  unit: Unit;
  currency: string | null;
  kind: Definition["chart"];
}

const colour = (key: string, at: number) => (key === REST ? "var(--series-rest)" : `var(--series-${(at % MOST_SERIES) + 1})`);

export default function ReportChart({ charted: { points, series }, unit, currency, kind }: Props) {
  const axis = { stroke: "var(--line-strong)", tick: { fill: "var(--ink-faint)", fontSize: 12 }, tickLine: false };
  const common = (
    <>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis dataKey="at" {...axis} minTickGap={28} />
      <YAxis {...axis} axisLine={false} width={64} tickFormatter={(value: number) => shown(String(value), unit, currency, true)} />
      <Tooltip
        isAnimationActive={false}
        cursor={{ fill: "var(--sunken)", stroke: "var(--line-strong)" }}
        contentStyle={{ background: "var(--raised)", border: "1px solid var(--line-strong)", borderRadius: 6, boxShadow: "var(--shadow)", fontSize: 12.5 }}
        labelStyle={{ color: "var(--ink)", fontWeight: 600 }}
        itemStyle={{ color: "var(--ink-soft)", padding: 0 }}
        formatter={(value) => shown(value === null || value === undefined ? null : String(value), unit, currency)}
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
