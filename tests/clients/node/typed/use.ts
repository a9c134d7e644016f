// Compiles only if the generated types say what a page may rely on: guarded fields can be null, the others cannot.
import type {
  ConversionTableQuery,
  ConversionTableQueryVariables,
  ProgramDetailsQuery,
  WhoAmIQuery,
} from "./operations.ts";

export const variables: ConversionTableQueryVariables = {
  first: 10,
  where: { saleAmount: { gt: "50.00" }, status: { in: ["APPROVED", "PENDING"] } },
  orderBy: [{ field: "EVENT_AT", direction: "DESC" }],
};

// @ts-expect-error first is needed
export const unbounded: ConversionTableQueryVariables = {};

export function payouts(page: ConversionTableQuery): string[] {
  return (page.conversions?.edges ?? []).map(({ cursor, node }) => {
    const status: string = node?.status ?? "hidden";
    // @ts-expect-error an amount is a text, for no number holds it exactly
    const inexact: number | undefined = node?.payout?.amount;
    const amount: string | undefined = node?.payout?.amount;
    return `${cursor} ${status} ${amount ?? inexact ?? "none"}`;
  });
}

export function name(details: ProgramDetailsQuery): string | null {
  return details.node?.__typename === "Program" ? details.node.name : null;
}

export function canPay({ viewer }: WhoAmIQuery): boolean {
  return viewer.payouts && viewer.paths.some(({ kind }) => kind === "PLATFORM");
}
