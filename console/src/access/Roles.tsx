import { useEffect, useState } from "react";
import { type ApiError, ask } from "../api";
import { Icon } from "../icons";
import { Blank, Bones, Failed } from "../parts";
import { asApiError } from "../useAsk";
import { ROLES } from "./documents";

interface Role {
  id: string;
  name: string;
  status: string;
  scope: string | null;
  origin: string | null;
  baseType: string | null;
  seeRevenue: boolean | null;
  seePayout: boolean | null;
  seeSaleAmount: boolean | null;
  organization: { name: string } | null;
  permissions: { nodes: { permission: string | null; level: string | null }[] } | null;
}

interface Page {
  roles: { nodes: Role[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

const MOST_PAGES = 5;

const SCOPES: { key: string; title: string; text: string }[] = [
  { key: "PLATFORM", title: "Of the platform", text: "For staff. The switches say which money they see." },
  { key: "ORGANIZATION", title: "Of organizations", text: "For the members of advertisers and partners." },
];

/** Roles by permissions. R reads, W also changes. */
export function Roles() {
  const [roles, setRoles] = useState<Role[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    async function load() {
      const found: Role[] = [];
      let after: string | null = null;
      for (let page = 0; page < MOST_PAGES; page++) {
        const data: Page = await ask<Page>(ROLES, { after });
        found.push(...data.roles.nodes);
        after = data.roles.pageInfo.endCursor;
        if (!data.roles.pageInfo.hasNextPage) break;
      }
      if (wanted) setRoles(found);
    }
    setError(null);
    load().catch((failed: unknown) => wanted && setError(asApiError(failed)));
    return () => {
      wanted = false;
    };
  }, [turn]);
  if (error) return <Failed error={error} again={() => setTurn(turn + 1)} />;
  if (!roles) return <Bones lines={10} />;
  if (roles.length === 0) return <Blank icon="access" title="There are no roles that you see" />;
  return (
    <div className="stack">
      {SCOPES.map((scope) => {
        const mine = roles.filter((role) => role.scope === scope.key);
        return mine.length > 0 && <Matrix key={scope.key} title={scope.title} text={scope.text} roles={mine} />;
      })}
    </div>
  );
}

const SWITCHES: { key: "seeRevenue" | "seePayout" | "seeSaleAmount"; label: string }[] = [
  { key: "seeRevenue", label: "revenue" },
  { key: "seePayout", label: "payout" },
  { key: "seeSaleAmount", label: "sale amount" },
];

function Matrix({ title, text, roles }: { title: string; text: string; roles: Role[] }) {
  const held = (role: Role) => new Map((role.permissions?.nodes ?? []).map((each) => [each.permission ?? "", each.level ?? ""]));
  const permissions = [...new Set(roles.flatMap((role) => [...held(role).keys()]))].sort();
  const switched = roles.some((role) => SWITCHES.some(({ key }) => role[key]));
  return (
    <section className="stack" aria-label={title}>
      <div>
        <h2>{title}</h2>
        <p className="soft small">{text} R reads, W also changes.</p>
      </div>
      <div className="table-scroll matrix-scroll" tabIndex={0} role="region" aria-label={`Roles ${title.toLowerCase()}`}>
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">Role</th>
              {switched && SWITCHES.map(({ key, label }) => <Turned key={key} text={`sees ${label}`} />)}
              {permissions.map((permission) => (
                <Turned key={permission} text={permission.toLowerCase().replaceAll("_", " ")} />
              ))}
            </tr>
          </thead>
          <tbody>
            {roles.map((role) => {
              const levels = held(role);
              return (
                <tr key={role.id}>
                  <th scope="row">
                    {role.name}
                    <span className="faint small">
                      {[role.organization?.name, role.baseType && words(role.baseType), role.status === "ACTIVE" ? null : words(role.status)].filter(Boolean).join(", ")}
                    </span>
                  </th>
                  {switched && SWITCHES.map(({ key, label }) => <td key={key}>{role[key] && <b className="level read" role="img" aria-label={`sees ${label}`}><Icon name="check" /></b>}</td>)}
                  {permissions.map((permission) => {
                    const level = levels.get(permission);
                    return <td key={permission}>{level && <b className={`level ${level === "W" ? "write" : "read"}`}>{level}</b>}</td>;
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function words(key: string): string {
  return key.toLowerCase().replaceAll("_", " ");
}

function Turned({ text }: { text: string }) {
  return (
    <th scope="col" className="turned">
      <span>{text}</span>
    </th>
  );
}
