import { ask } from "../api";
import { reportInput } from "./definition";
import { NAMES } from "./documents";
import type { Definition, Filter, ReportRow } from "./types";

const ID = /^[\w-]{22}$/;

/** A saved report with the names of what it is filtered by, of which only ids are saved. */
export async function withNames(definition: Definition): Promise<Definition> {
  const dimensions = [...new Set(definition.filters.filter((each) => ID.test(each.value)).map((each) => each.dimension))];
  const names = new Map((await Promise.all(dimensions.map((dimension) => namesOf(definition, dimension)))).flat());
  const named = (filter: Filter) => names.get(filter.value) ?? (ID.test(filter.value) ? `one ${filter.dimension.replaceAll("_", " ")}` : filter.label);
  return { ...definition, filters: definition.filters.map((each) => ({ ...each, label: named(each) })) };
}

/** As a report by that dimension calls them. Without an answer they have none: the report itself says what is wrong. */
async function namesOf(definition: Definition, dimension: string): Promise<[string, string][]> {
  const filters = definition.filters.filter((each) => each.dimension === dimension);
  const input = reportInput({ ...definition, columns: definition.columns.slice(0, 1), groupBy: [dimension], filters, having: [], order: null, compare: "", rest: {} });
  try {
    const { report } = await ask<{ report: { rows: ReportRow[] } }>(NAMES, { input });
    return report.rows.flatMap((row) => row.dimensions.flatMap(({ key, value, label }) => (key === dimension && value && label ? [[value, label] as [string, string]] : [])));
  } catch {
    return [];
  }
}
