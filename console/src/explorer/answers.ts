// An answer as a file. JSON is what was sent; CSV is the first list of rows in it, one column for each leaf.

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function rowsOf(value: Json): { [key: string]: Json }[] | null {
  if (Array.isArray(value)) {
    const objects = value.filter((each) => each !== null && typeof each === "object" && !Array.isArray(each));
    return objects.length > 0 ? (objects as { [key: string]: Json }[]) : null;
  }
  if (value === null || typeof value !== "object") return null;
  for (const each of Object.values(value)) {
    const found = rowsOf(each);
    if (found) return found;
  }
  return null;
}

function leaves(value: Json, name: string, into: Map<string, string>): void {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    for (const [key, each] of Object.entries(value)) leaves(each, name ? `${name}.${key}` : key, into);
  } else {
    into.set(name, value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
  }
}

// What a spreadsheet would take for a formula is given as text, as in files of the server; a negative number stays one.
function cell(text: string): string {
  const safe = /^[=+@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) || (/^-/.test(text) && !/^-[\d.]+$/.test(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The CSV of the first list of rows in an answer; null where there is none. */
export function csv(data: unknown): string | null {
  const rows = rowsOf(data as Json)?.map((row) => {
    const found = new Map<string, string>();
    leaves(row, "", found);
    return found;
  });
  if (!rows) return null;
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const lines = [names, ...rows.map((row) => names.map((name) => row.get(name) ?? ""))];
  return `${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function save(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** The request as a command line. The key is asked for by name: a session is no key. */
export function curl(query: string, variables: string): string {
  let given: unknown = {};
  try {
    given = variables.trim() ? JSON.parse(variables) : {};
  } catch {
    // What is no JSON could not be sent either.
  }
  const body = JSON.stringify({ query, ...(Object.keys(given as object).length > 0 ? { variables: given } : {}) });
  const quoted = `'${body.replaceAll("'", `'\\''`)}'`;
  return `curl -s ${location.origin}/graphql -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" -d ${quoted}`;
}
