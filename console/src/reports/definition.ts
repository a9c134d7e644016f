// A report as its address has it, and as the API is asked for it. Both ways are here, so that a link is a report.
import { isDemo } from "../api";
import type { Definition, Lens } from "./types";

export const PRESETS: { key: string; label: string }[] = [
  { key: "TODAY", label: "Today" },
  { key: "YESTERDAY", label: "Yesterday" },
  { key: "LAST_7_DAYS", label: "Last 7 days" },
  { key: "LAST_30_DAYS", label: "Last 30 days" },
  { key: "THIS_MONTH", label: "This month" },
  { key: "LAST_MONTH", label: "Last month" },
  { key: "THIS_QUARTER", label: "This quarter" },
  { key: "THIS_YEAR", label: "This year" },
  { key: "LAST_YEAR", label: "Last year" },
];

// The demo's facts end there, whenever one looks at it.
const FIRST_PERIOD = isDemo ? "2026-04-01..2026-06-30" : "LAST_30_DAYS";

export function lensKey(lens: Lens): string {
  return lens.id === null ? lens.kind : `${lens.kind}:${lens.id}`;
}

const LENS_WORDS: Record<Lens["kind"], string> = {
  PLATFORM: "The whole platform",
  ADVERTISER: "advertiser",
  PARTNER: "partner",
  ACCOUNT: "account",
};

export function lensLabel(lens: Lens): string {
  return lens.kind === "PLATFORM" ? LENS_WORDS.PLATFORM : `${lens.name ?? "Without a name"} (${LENS_WORDS[lens.kind]})`;
}

function list(text: string | null): string[] {
  return text ? text.split(",").filter(Boolean) : [];
}

export function readDefinition(search: string, lenses: Lens[]): Definition {
  const given = new URLSearchParams(search);
  const asked = given.get("lens") ?? "";
  const lens = lenses.some((each) => lensKey(each) === asked) ? asked : lenses[0] ? lensKey(lenses[0]) : "";
  const [orderKey, direction] = (given.get("order") ?? "").split(":");
  const chart = given.get("chart");
  return {
    lens,
    period: given.get("period") ?? FIRST_PERIOD,
    compare: given.get("compare") ?? "",
    timeZone: given.get("zone") ?? "",
    currency: given.get("currency") ?? "",
    columns: list(given.get("columns")),
    groupBy: given.has("by") ? list(given.get("by")) : ["week"],
    filters: given.getAll("only").flatMap((text) => {
      const [dimension, value, label] = text.split("~");
      return dimension && value ? [{ dimension, value, label: label ?? value }] : [];
    }),
    order: orderKey ? { key: orderKey, descending: direction === "desc" } : null,
    chart: chart === "bar" || chart === "stacked" ? chart : "line",
  };
}

export function writeDefinition(definition: Definition): string {
  const written = new URLSearchParams({ lens: definition.lens, period: definition.period });
  written.set("columns", definition.columns.join(","));
  written.set("by", definition.groupBy.join(","));
  if (definition.compare) written.set("compare", definition.compare);
  if (definition.timeZone) written.set("zone", definition.timeZone);
  if (definition.currency) written.set("currency", definition.currency);
  for (const { dimension, value, label } of definition.filters) written.append("only", `${dimension}~${value}~${label.replaceAll("~", " ")}`);
  if (definition.order) written.set("order", `${definition.order.key}:${definition.order.descending ? "desc" : "asc"}`);
  if (definition.chart !== "line") written.set("chart", definition.chart);
  return `?${written.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

export function lensInput(key: string): object {
  const [kind, id] = key.split(":");
  if (!id) return { kind };
  return kind === "ACCOUNT" ? { kind, account: id } : { kind, organization: id };
}

function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

/** The days of a period of one's own, the last one included; null for a preset. */
export function ownDays(period: string): { since: string; last: string } | null {
  const [since, last] = period.split("..");
  return since && last ? { since, last } : null;
}

export const ROWS_A_PAGE = 1000;

export function reportInput(definition: Definition, after: string | null = null): object {
  const days = ownDays(definition.period);
  const filters = new Map<string, string[]>();
  for (const { dimension, value } of definition.filters) filters.set(dimension, [...(filters.get(dimension) ?? []), value]);
  return {
    lens: lensInput(definition.lens),
    period: days ? { days: { since: days.since, until: dayAfter(days.last) } } : { preset: definition.period },
    columns: definition.columns,
    groupBy: definition.groupBy,
    ...(definition.compare ? { compareTo: { previous: definition.compare } } : {}),
    ...(definition.timeZone ? { timeZone: definition.timeZone } : {}),
    ...(definition.currency ? { currency: definition.currency } : {}),
    ...(filters.size > 0 ? { filters: [...filters].map(([dimension, values]) => ({ dimension, in: values })) } : {}),
    ...(definition.order ? { orderBy: [{ key: definition.order.key, direction: definition.order.descending ? "DESC" : "ASC" }] } : {}),
    first: ROWS_A_PAGE,
    ...(after ? { after } : {}),
  };
}
