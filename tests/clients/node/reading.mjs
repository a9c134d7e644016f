// What the clients ask: a shipped table by its name, and documents that are refused wholly or in part.
import { readFileSync } from "node:fs";

export const shipped = (name) => readFileSync(new URL(`documents/${name}.graphql`, import.meta.url), "utf8");

export const REVENUE = "query Revenue { conversions(first: 1) { nodes { id revenue { amount } } } }";
export const PARTLY = `query Partly {
  viewer { paths { kind } }
  conversions(first: 1, after: "made up") { nodes { id } }
}`;
export const ORDER = [{ field: "EVENT_AT", direction: "DESC" }];
export const APPROVED = { status: { in: ["APPROVED"] } };

export const codes = (errors) => (errors ?? []).map(({ extensions }) => extensions?.code ?? null);
