import { useState } from "react";
import { Icon } from "../../icons";
import { Blank, Bones, Failed, Outcome } from "../../parts";
import { useAsk } from "../../useAsk";
import { usePages } from "../../usePages";
import type { Me } from "../Access";
import { day } from "../days";
import { People, type Somebody } from "../People";
import { type Holds, type Level, holdsOf, plain } from "./content";
import { GRANTS, MAY } from "./documents";
import { MembershipEditor } from "./MembershipEditor";
import { Staff } from "./Staff";
import { StaffEditor } from "./StaffEditor";

export interface Grant {
  id: string;
  scope: "PLATFORM" | "ORGANIZATION" | null;
  programScope: string | null;
  lineScope: string | null;
  expiresAt: string | null;
  user: Somebody | null;
  organization: { id: string; name: string } | null;
  role: {
    id: string;
    name: string;
    origin: string | null;
    permissions: { nodes: { permission: string | null; level: Level | null }[] } | null;
    seeRevenue: boolean | null;
    seePayout: boolean | null;
    seeSaleAmount: boolean | null;
  } | null;
  programs: { nodes: { program: { id: string; name: string } | null }[] } | null;
  productLines: { nodes: { productLine: string | null }[] } | null;
}

interface May {
  viewer: { paths: { kind: string; holds: string[] }[]; assign: boolean; members: boolean };
}

/** Who holds which role where, for how long and for which part; and another one given, or none. */
export function Grants({ me }: { me: Me }) {
  const [person, setPerson] = useState<Somebody | null>(null);
  const may = useAsk<May>(MAY);
  const found = (
    <section className="split-main" aria-label="Roles of people">
      {may.data ? <Held key={person?.id ?? "all"} person={person} may={may.data.viewer} /> : <Bones lines={8} />}
    </section>
  );
  if (!me.seesPeople) return found;
  return (
    <div className="split">
      <aside aria-label="Whose roles">
        <People label="Search people" chosen={person?.id ?? null} choose={setPerson}>
          <button type="button" className="people-top" aria-pressed={person === null} onClick={() => setPerson(null)}>
            <Icon name="access" />
            <span className="grow">Everybody</span>
          </button>
        </People>
      </aside>
      {found}
    </div>
  );
}

type Opened = { kind: "membership"; grant: Grant } | { kind: "staff"; person: Somebody; grant: Grant | null };

function Held({ person, may }: { person: Somebody | null; may: May["viewer"] }) {
  const { nodes: grants, error, more, again } = usePages<Grant>(GRANTS, "memberships", { where: person ? { user: { eq: person.id } } : null });
  const [opened, setOpened] = useState<Opened | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const holds: Holds = holdsOf(may.paths);
  function saved(text: string) {
    setOpened(null);
    setDone(text);
    again();
  }
  if (error) return <Failed error={error} again={again} />;
  if (!grants) return <Bones lines={8} />;
  const staff = grants.find((each) => each.scope === "PLATFORM") ?? null;
  const editable = (grant: Grant) => grant.user !== null && (grant.scope === "PLATFORM" ? may.assign : may.members);
  return (
    <div className="stack">
      <div className="line">
        <h2 className="grow">{person ? person.name : "Everybody"}</h2>
        {person && may.assign && (
          <button type="button" className="button" onClick={() => setOpened({ kind: "staff", person, grant: staff })}>
            <Icon name="access" /> {staff ? "Another role on the platform" : "Give a role on the platform"}
          </button>
        )}
      </div>
      <Outcome said={done === null ? null : { text: done, bad: false }} />
      {grants.length === 0 ? (
        <Blank icon="access" title={person ? `${person.name} holds no role that you see` : "There are no roles of people that you see"} />
      ) : (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Roles that are held">
          <table className="rows grants">
            <thead>
              <tr>
                {!person && <th scope="col">Person</th>}
                <th scope="col">Role</th>
                <th scope="col">Where</th>
                <th scope="col">Limited to</th>
                <th scope="col">Until</th>
                <th scope="col">
                  <span className="hidden-visually">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {grants.map((grant) => (
                <tr key={grant.id}>
                  {!person && <th scope="row">{grant.user?.name ?? "Somebody"}</th>}
                  <td>{grant.role?.origin === "PERSONAL" ? "Modules of their own" : (grant.role?.name ?? "–")}</td>
                  <td>{grant.scope === "PLATFORM" ? "The platform" : (grant.organization?.name ?? "–")}</td>
                  <td>{limits(grant)}</td>
                  <td>{grant.expiresAt ? <time dateTime={grant.expiresAt}>{day(grant.expiresAt)}</time> : <span className="faint">no end</span>}</td>
                  <td>
                    {editable(grant) && (
                      <button
                        type="button"
                        className="button small"
                        aria-label={`Change ${grant.role?.name ?? "the role"} of ${grant.user?.name ?? "somebody"}`}
                        onClick={() => setOpened(grant.scope === "PLATFORM" ? { kind: "staff", person: grant.user as Somebody, grant } : { kind: "membership", grant })}
                      >
                        Change
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more && (
        <button type="button" className="button" onClick={more}>
          Show more
        </button>
      )}
      {person && <Staff person={person} />}
      {opened?.kind === "membership" && <MembershipEditor grant={opened.grant} close={() => setOpened(null)} saved={saved} />}
      {opened?.kind === "staff" && <StaffEditor person={opened.person} grant={opened.grant} holds={holds} close={() => setOpened(null)} saved={saved} />}
    </div>
  );
}

function limits({ programScope, lineScope, programs, productLines }: Grant) {
  const named = [
    ...(programScope === "LISTED" ? (programs?.nodes ?? []).map(({ program }) => program?.name ?? "a program that you do not see") : []),
    ...(lineScope === "LISTED" ? (productLines?.nodes ?? []).map(({ productLine }) => plain(productLine ?? "")) : []),
  ];
  return named.length > 0 ? named.join(", ") : <span className="faint">everything</span>;
}
