import { useState } from "react";
import { Icon } from "../../icons";
import { Blank, Bones, Failed, Outcome } from "../../parts";
import { useAsk } from "../../useAsk";
import { useEveryPage } from "../../useEveryPage";
import { type Holds, type Role, SWITCHES, type Scope, heldBy, holdsOf, plain } from "./content";
import { MAY, ROLES } from "./documents";
import { PERMISSIONS } from "./permissions";
import { RoleEditor } from "./RoleEditor";

interface May {
  viewer: {
    user: { memberships: { nodes: { organization: { id: string; name: string } | null }[] } | null } | null;
    paths: { kind: string; holds: string[] }[];
    createPlatform: boolean;
    createOrganization: boolean;
    edit: boolean;
  };
}

const SCOPES: { key: Scope; title: string; text: string }[] = [
  { key: "PLATFORM", title: "Of the platform", text: "For staff. The switches say which money they see." },
  { key: "ORGANIZATION", title: "Of organizations", text: "For the members of advertisers and partners." },
];

/** Roles by permissions. R reads, W also changes. A role's name opens it. */
export function Roles() {
  const [opened, setOpened] = useState<{ role: Role | null; scope: Scope } | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const may = useAsk<May>(MAY);
  const { nodes: roles, error, again } = useEveryPage<Role>(ROLES, "roles");
  if (error) return <Failed error={error} again={again} />;
  if (!roles || !may.data) return <Bones lines={10} />;
  const { viewer } = may.data;
  const holds: Holds = holdsOf(viewer.paths);
  const places = (viewer.user?.memberships?.nodes ?? []).flatMap(({ organization }) => (organization ? [organization] : []));
  const open = (role: Role | null, scope: Scope) => {
    setDone(null);
    setOpened({ role, scope });
  };
  return (
    <div className="stack">
      <div className="line">
        <p className="soft small grow">R reads, W also changes. Press a role to look at it, change it, clone it or archive it.</p>
        {viewer.createPlatform && (
          <button type="button" className="button" onClick={() => open(null, "PLATFORM")}>
            <Icon name="plus" /> New role for staff
          </button>
        )}
        {viewer.createOrganization && places.length > 0 && (
          <button type="button" className="button" onClick={() => open(null, "ORGANIZATION")}>
            <Icon name="plus" /> New role of an organization
          </button>
        )}
      </div>
      <Outcome said={done === null ? null : { text: done, bad: false }} />
      {roles.length === 0 && <Blank icon="access" title="There are no roles that you see" />}
      {SCOPES.map(({ key, title, text }) => {
        const mine = roles.filter((role) => role.scope === key);
        return mine.length > 0 && <Matrix key={key} scope={key} title={title} text={text} roles={mine} open={(role) => open(role, key)} />;
      })}
      {opened && (
        <RoleEditor
          key={opened.role?.id ?? opened.scope}
          role={opened.role}
          scope={opened.scope}
          organizations={places}
          holds={holds}
          mayEdit={viewer.edit}
          close={() => setOpened(null)}
          saved={(text) => {
            setOpened(null);
            setDone(text);
            again();
          }}
        />
      )}
    </div>
  );
}

interface MatrixProps {
  scope: Scope;
  title: string;
  text: string;
  roles: Role[];
  open: (role: Role) => void;
}

function Matrix({ scope, title, text, roles, open }: MatrixProps) {
  const anywhere = new Set(roles.flatMap((role) => Object.keys(heldBy(role))));
  const labels = new Map(PERMISSIONS[scope].map((each) => [each.key, each.label]));
  // The catalogue's order; what it has no more comes last.
  const permissions = [...[...labels.keys()].filter((key) => anywhere.has(key)), ...[...anywhere].filter((key) => !labels.has(key)).sort()];
  const switched = roles.some((role) => SWITCHES.some(({ key }) => role[key]));
  return (
    <section className="stack" aria-label={title}>
      <div>
        <h2>{title}</h2>
        <p className="soft small">{text}</p>
      </div>
      <div className="table-scroll matrix-scroll" tabIndex={0} role="region" aria-label={`Roles ${title.toLowerCase()}`}>
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">Role</th>
              {switched && SWITCHES.map(({ key, label }) => <Turned key={key} text={`sees ${label}`} />)}
              {permissions.map((permission) => (
                <Turned key={permission} text={labels.get(permission) ?? plain(permission)} />
              ))}
            </tr>
          </thead>
          <tbody>
            {roles.map((role) => {
              const levels = heldBy(role);
              return (
                <tr key={role.id}>
                  <th scope="row">
                    <button type="button" className="role-name" onClick={() => open(role)}>
                      {role.name}
                    </button>
                    <span className="faint small">
                      {[role.owner?.name, role.organization?.name, role.baseType && role.baseType !== "ORG" && plain(role.baseType), role.status === "ACTIVE" ? null : plain(role.status)].filter(Boolean).join(", ")}
                    </span>
                  </th>
                  {switched && SWITCHES.map(({ key, label }) => <td key={key}>{role[key] && <b className="level read" role="img" aria-label={`sees ${label}`}><Icon name="check" /></b>}</td>)}
                  {permissions.map((permission) => {
                    const level = levels[permission];
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

function Turned({ text }: { text: string }) {
  return (
    <th scope="col" className="turned">
      <span>{text}</span>
    </th>
  );
}
