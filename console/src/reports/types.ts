export type Unit = "COUNT" | "QUANTITY" | "MONEY" | "PERCENT" | "FACTOR" | "SECONDS" | "NUMBER";

export interface Lens {
  kind: "PLATFORM" | "ADVERTISER" | "PARTNER" | "ACCOUNT";
  id: string | null;
  name: string | null;
}

export interface ColumnChoice {
  key: string;
  label: string;
  description: string;
  group: string;
  unit: Unit;
  aggregation: "SUM" | "DERIVED" | "AVERAGE" | "MEDIAN";
  formula: string | null;
  synonyms: string[];
  available: boolean;
  reason: string | null;
}

export interface DimensionChoice {
  key: string;
  label: string;
  description: string;
  /** A fact may count in several of its groups, which then add up to more than all. */
  several: boolean;
  available: boolean;
  reason: string | null;
}

export interface Choices {
  columns: ColumnChoice[];
  dimensions: DimensionChoice[];
}

export interface ReportColumn {
  key: string;
  label: string;
  unit: Unit;
  values: (string | null)[];
  total: string | null;
  coverage: "COMPLETE" | "PARTIAL";
  programs: number | null;
}

export interface ReportRow {
  dimensions: { key: string; value: string | null; label: string | null }[];
}

export interface ReportAnswer {
  since: string;
  until: string;
  timeZone: string;
  currency: string | null;
  rowCount: number;
  complete: boolean;
  columns: ReportColumn[];
  rows: ReportRow[];
  compare: { columns: { key: string; values: (string | null)[]; total: string | null }[] } | null;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface Filter {
  dimension: string;
  value: string;
  label: string;
}

export const OPERATORS = { gt: "more than", gte: "at least", lt: "less than", lte: "at most", eq: "exactly" } as const;

/** Rows are shown only where a column's value is so. */
export interface Having {
  column: string;
  operator: keyof typeof OPERATORS;
  value: string;
}

export interface Definition {
  lens: string;
  period: string;
  /** The moment whose state of things is reported; empty for now. */
  asOf: string;
  compare: string;
  timeZone: string;
  currency: string;
  columns: string[];
  groupBy: string[];
  filters: Filter[];
  having: Having[];
  order: { key: string; descending: boolean } | null;
  chart: "line" | "bar" | "stacked";
  /** The saved report that this is, or was before it was changed; empty for none. */
  saved: string;
  /** Parts of a report's input that the builder has no place for; they hold all the same. */
  rest: Record<string, unknown>;
}
