// A report as its address has it, and as the API is asked for it. Both ways are here, so that a link is a report.
import { isDemo } from "../api";
import { type Definition, type Having, type Lens, OPERATORS } from "./types";

export const PRESETS: { key: string; label: string }[] = [
  { key: "TODAY", label: "Today" },
  { key: "YESTERDAY", label: "Yesterday" },
  { key: "LAST_7_DAYS", label: "Last 7 days" },
  { key: "LAST_30_DAYS", label: "Last 30 days" },
  { key: "THIS_WEEK", label: "This week" },
  { key: "LAST_WEEK", label: "Last week" },
  { key: "THIS_MONTH", label: "This month" },
  { key: "LAST_MONTH", label: "Last month" },
  { key: "THIS_QUARTER", label: "This quarter" },
  { key: "LAST_QUARTER", label: "Last quarter" },
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

/** Whether an address asks for a lens that is not among these. */
export function asksForAnotherLens(search: string, lenses: Lens[]): boolean {
  const asked = new URLSearchParams(search).get("lens");
  return Boolean(asked) && !lenses.some((each) => lensKey(each) === asked);
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
    asOf: momentOf(given.get("asof")),
    compare: given.get("compare") ?? "",
    timeZone: given.get("zone") ?? "",
    currency: given.get("currency") ?? "",
    columns: list(given.get("columns")),
    groupBy: given.has("by") ? list(given.get("by")) : ["week"],
    filters: given.getAll("only").flatMap((text) => {
      const [dimension, value, label] = text.split("~");
      return dimension && value ? [{ dimension, value, label: label ?? value }] : [];
    }),
    having: given.getAll("having").flatMap((text) => {
      const [column, operator, value] = text.split("~");
      return column && operator && operator in OPERATORS && value ? [{ column, operator: operator as Having["operator"], value }] : [];
    }),
    order: orderKey ? { key: orderKey, descending: direction === "desc" } : null,
    chart: chart === "bar" || chart === "stacked" ? chart : "line",
    saved: given.get("saved") ?? "",
    rest: restOf(given.get("rest")),
  };
}

/** A moment as the API takes it; nothing for what is none. */
function momentOf(text: string | null | undefined): string {
  const at = new Date(text ?? "");
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}

function restOf(text: string | null): Record<string, unknown> {
  try {
    const rest: unknown = JSON.parse(text ?? "{}");
    return rest !== null && typeof rest === "object" && !Array.isArray(rest) ? (rest as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function writeDefinition(definition: Definition): string {
  const written = new URLSearchParams({ lens: definition.lens, period: definition.period });
  written.set("columns", definition.columns.join(","));
  written.set("by", definition.groupBy.join(","));
  if (definition.asOf) written.set("asof", definition.asOf);
  if (definition.compare) written.set("compare", definition.compare);
  if (definition.timeZone) written.set("zone", definition.timeZone);
  if (definition.currency) written.set("currency", definition.currency);
  for (const { dimension, value, label } of definition.filters) written.append("only", `${dimension}~${value}~${label.replaceAll("~", " ")}`);
  for (const { column, operator, value } of definition.having) written.append("having", `${column}~${operator}~${value}`);
  if (definition.saved) written.set("saved", definition.saved);
  if (Object.keys(definition.rest).length > 0) written.set("rest", JSON.stringify(definition.rest));
  if (definition.order) written.set("order", `${definition.order.key}:${definition.order.descending ? "desc" : "asc"}`);
  if (definition.chart !== "line") written.set("chart", definition.chart);
  return `?${written.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

export function lensInput(key: string): object {
  const [kind, id] = key.split(":");
  if (!id) return { kind };
  return kind === "ACCOUNT" ? { kind, account: id } : { kind, organization: id };
}

function dayAfter(day: string, by = 1): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + by);
  return date.toISOString().slice(0, 10);
}

/** The days of a period of one's own, the last one included; null for a preset. */
export function ownDays(period: string): { since: string; last: string } | null {
  const [since, last] = period.split("..");
  return since && last ? { since, last } : null;
}

export const ROWS_A_PAGE = 1000;

export function reportInput(definition: Definition, after: string | null = null): object {
  return { ...savedInput(definition), first: ROWS_A_PAGE, ...(after ? { after } : {}) };
}

/** The same without its page: what can be saved. */
export function savedInput(definition: Definition): object {
  const days = ownDays(definition.period);
  const filters = new Map<string, string[]>();
  for (const { dimension, value } of definition.filters) filters.set(dimension, [...(filters.get(dimension) ?? []), value]);
  return {
    lens: lensInput(definition.lens),
    period: days ? { days: { since: days.since, until: dayAfter(days.last) } } : { preset: definition.period },
    columns: definition.columns,
    groupBy: definition.groupBy,
    ...(definition.asOf ? { asOf: definition.asOf } : {}),
    ...(definition.compare ? { compareTo: { previous: definition.compare } } : {}),
    ...(definition.timeZone ? { timeZone: definition.timeZone } : {}),
    ...(definition.currency ? { currency: definition.currency } : {}),
    ...(filters.size > 0 ? { filters: [...filters].map(([dimension, values]) => ({ dimension, in: values })) } : {}),
    ...(definition.having.length > 0 ? { having: definition.having.map(({ column, operator, value }) => ({ column, [operator]: value })) } : {}),
    ...(definition.order ? { orderBy: [{ key: definition.order.key, direction: definition.order.descending ? "DESC" : "ASC" }] } : {}),
    ...definition.rest,
  };
}

interface Input {
  lens: { kind: string; organization?: string | null; account?: string | null };
  period?: { preset?: string; days?: { since: string; until: string } };
  columns?: string[];
  groupBy?: string[];
  asOf?: string | null;
  compareTo?: { previous?: string } | null;
  timeZone?: string | null;
  currency?: string | null;
  filters?: { dimension: string; in?: string[] | null; notIn?: string[] | null }[];
  having?: Record<string, string | null>[];
  orderBy?: { key: string; direction: string }[];
  [part: string]: unknown;
}

/** A saved report's input as a definition: what the builder has no place for is kept beside it. */
export function definitionOf(text: string, saved: string): Definition {
  const { lens, period, columns, groupBy, asOf, compareTo, timeZone, currency, filters, having, orderBy, ...others } = JSON.parse(text) as Input;
  const rest: Record<string, unknown> = Object.fromEntries(Object.entries(others).filter(([part, value]) => value !== null && !isUsual(part, value)));
  const own = period?.days ? `${period.days.since}..${dayAfter(period.days.until, -1)}` : null;
  if (period && !own && !period.preset) rest.period = period;
  if (compareTo && !compareTo.previous) rest.compareTo = compareTo;
  if (filters?.some((each) => !each.in)) rest.filters = filters;
  if ((orderBy?.length ?? 0) > 1) rest.orderBy = orderBy;
  const [first] = orderBy ?? [];
  return {
    lens: lensKey({ kind: lens.kind as Lens["kind"], id: lens.organization ?? lens.account ?? null, name: null }),
    period: own ?? period?.preset ?? FIRST_PERIOD,
    asOf: momentOf(asOf),
    compare: compareTo?.previous ?? "",
    timeZone: timeZone ?? "",
    currency: currency ?? "",
    columns: columns ?? [],
    groupBy: groupBy ?? [],
    filters: rest.filters ? [] : (filters ?? []).flatMap(({ dimension, in: values }) => (values ?? []).map((value) => ({ dimension, value, label: value }))),
    having: (having ?? []).flatMap(({ column, ...by }) => Object.entries(by).flatMap(([operator, value]) => (column && value !== null && operator in OPERATORS ? [{ column, operator: operator as Having["operator"], value: String(value) }] : []))),
    order: first && !rest.orderBy ? { key: first.key, descending: first.direction === "DESC" } : null,
    chart: "line",
    saved,
    rest,
  };
}

/** What a report is anyway where nothing is said of it. */
const USUAL_PARTS: Record<string, unknown> = { dateBasis: "EVENT", onRestricted: "REJECT" };

function isUsual(part: string, value: unknown): boolean {
  return part === "first" || part === "after" || USUAL_PARTS[part] === value || (Array.isArray(value) && value.length === 0);
}
