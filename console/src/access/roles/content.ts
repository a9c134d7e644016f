// What a role consists of, as a form has it and as the API takes it; and what of it the editor could not give.
import { PERMISSIONS, type Permission } from "./permissions";

export type Level = "R" | "W";
export type Scope = "PLATFORM" | "ORGANIZATION";

export interface Role {
  id: string;
  name: string;
  status: string;
  scope: Scope | null;
  origin: string | null;
  baseType: string | null;
  userVisibility: string | null;
  seeRevenue: boolean | null;
  seePayout: boolean | null;
  seeSaleAmount: boolean | null;
  statuses: string[] | null;
  organization: { id: string; name: string } | null;
  owner: { id: string; name: string } | null;
  permissions: { nodes: { permission: string | null; level: Level | null }[] } | null;
  productLines: { nodes: { productLine: string | null }[] } | null;
}

export interface Content {
  name: string;
  baseType: string;
  permissions: Record<string, Level>;
  seeRevenue: boolean;
  seePayout: boolean;
  seeSaleAmount: boolean;
  userVisibility: string;
  /** The only conversion statuses its holders see; null for all. */
  statuses: string[] | null;
  productLines: string[];
}

export const SWITCHES: { key: "seeRevenue" | "seePayout" | "seeSaleAmount"; label: string; text: string; token: string }[] = [
  { key: "seeRevenue", label: "revenue", text: "what advertisers owe", token: "switch:see_revenue" },
  { key: "seePayout", label: "payout", text: "what affiliates earn", token: "switch:see_payout" },
  { key: "seeSaleAmount", label: "sale amount", text: "what customers paid", token: "switch:see_sale_amount" },
];

export const BASES = ["MANAGER", "AFFILIATE_MANAGER", "ADVERTISER_MANAGER"];
export const STATUSES = ["PENDING", "HOLD", "APPROVED", "REJECTED", "REVERSED"];
export const LINES = ["PERFORMANCE", "CREATOR", "ADVOCATE"];

/** Roles of these can be limited to what is assigned to their holder. */
export const ASSIGNABLE = ["AFFILIATE_MANAGER", "ADVERTISER_MANAGER"];

/** What no role built on a manager may hold: it is for administrators, and for sets of modules. */
const SETTINGS = ["ADMIN", "USERS", "SETTINGS", "API_KEYS"];

export const EMPTY: Content = { name: "", baseType: "MANAGER", permissions: {}, seeRevenue: false, seePayout: false, seeSaleAmount: false, userVisibility: "ALL", statuses: null, productLines: [...LINES] };

export function heldBy(role: Pick<Role, "permissions">): Record<string, Level> {
  return Object.fromEntries((role.permissions?.nodes ?? []).flatMap(({ permission, level }) => (permission && level ? [[permission, level]] : [])));
}

export function contentOf(role: Role): Content {
  return {
    name: role.name,
    baseType: role.baseType ?? "ORG",
    permissions: heldBy(role),
    seeRevenue: role.seeRevenue ?? false,
    seePayout: role.seePayout ?? false,
    seeSaleAmount: role.seeSaleAmount ?? false,
    userVisibility: role.userVisibility ?? "ALL",
    statuses: role.statuses,
    productLines: (role.productLines?.nodes ?? []).flatMap(({ productLine }) => (productLine ? [productLine] : [])),
  };
}

export function permissionsInput(permissions: Record<string, Level>): object[] {
  return Object.entries(permissions)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([permission, level]) => ({ permission, level }));
}

/** The parts that differ, as `editRole` takes them: what stays is not sent. */
export function editInput(before: Content, after: Content, scope: Scope): object {
  const same = (part: keyof Content) => JSON.stringify(sorted(before[part])) === JSON.stringify(sorted(after[part]));
  return {
    ...(same("name") ? {} : { name: after.name }),
    ...(same("permissions") ? {} : { permissions: permissionsInput(after.permissions) }),
    ...(scope === "ORGANIZATION"
      ? same("productLines")
        ? {}
        : { productLines: after.productLines }
      : {
          ...Object.fromEntries(SWITCHES.filter(({ key }) => !same(key)).map(({ key }) => [key, after[key]])),
          ...(same("userVisibility") ? {} : { userVisibility: after.userVisibility }),
          ...(same("statuses") ? {} : { statuses: after.statuses }),
        }),
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return [...value].sort();
  if (value !== null && typeof value === "object") return Object.entries(value).sort(([a], [b]) => a.localeCompare(b));
  return value;
}

export function createInput(content: Content, scope: Scope, organization: string | null): object {
  const { name, baseType, seeRevenue, seePayout, seeSaleAmount, userVisibility, statuses, productLines } = content;
  const permissions = permissionsInput(content.permissions);
  return scope === "ORGANIZATION" ? { organization, name, permissions, productLines } : { name, baseType, permissions, seeRevenue, seePayout, seeSaleAmount, userVisibility, statuses };
}

/** What the viewer holds, by where it applies; the server decides by the same, and finer. */
export type Holds = Record<Scope, Set<string>>;

export function holdsOf(paths: { kind: string; holds: string[] }[]): Holds {
  const of = (kind: string) => new Set(paths.filter((each) => each.kind === kind).flatMap((each) => each.holds));
  return { PLATFORM: of("PLATFORM"), ORGANIZATION: of("ORGANIZATION") };
}

const NOT_HELD = "you do not hold it, so you neither give nor take it";

/** Why the viewer cannot give a permission to such a role; null where he can. */
export function lockedWhy(key: string, level: Level, { scope, baseType, holds }: { scope: Scope; baseType: string; holds: Holds }): string | null {
  if (BASES.includes(baseType) && SETTINGS.includes(key)) return "no role built on a manager holds it";
  const mine = holds[scope];
  const everything = scope === "PLATFORM" ? "ADMIN:W" : "standing:admin";
  return mine.has(everything) || mine.has(`${key}:${level}`) ? null : NOT_HELD;
}

export function switchLockedWhy(token: string, holds: Holds): string | null {
  return holds.PLATFORM.has("ADMIN:W") || holds.PLATFORM.has(token) ? null : NOT_HELD;
}

export function permissionsOf(scope: Scope): Permission[] {
  return PERMISSIONS[scope];
}

/** `AFFILIATE_MANAGER` as "affiliate manager". */
export function plain(key: string): string {
  return key.toLowerCase().replaceAll("_", " ");
}
