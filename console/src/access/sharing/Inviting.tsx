import { type FormEvent, type ReactNode, useState } from "react";
import { useChange } from "../../changes";
import { Icon } from "../../icons";
import { Choice, Outcome, named } from "../../parts";
import { useAsk } from "../../useAsk";
import { plain } from "../roles/content";
import { HOLDABLE } from "../roles/documents";
import { INVITE_COLLABORATOR, INVITE_MEMBER } from "./documents";
import type { MayShare, Named } from "./Sharing";

export const COLLABORATOR_ROLES: { key: string; text: string }[] = [
  { key: "READ_ONLY", text: "Reads the account" },
  { key: "MANAGER", text: "Also changes it" },
  { key: "OWNER", text: "Also decides who else does" },
];

/** Somebody invited to an account or an organization; below it what there is of both, anew after each invitation. */
export function Inviting({ may, children }: { may: MayShare; children: (turn: number) => ReactNode }) {
  const [turn, setTurn] = useState(0);
  const { viewer } = may;
  const places = (viewer.user?.memberships?.nodes ?? []).flatMap(({ organization }) => (organization ? [organization] : []));
  const accounts = viewer.collaborator ? (may.affiliateAccounts?.nodes ?? []) : [];
  return (
    <>
      {(accounts.length > 0 || (viewer.member && places.length > 0)) && <Form accounts={accounts} places={viewer.member ? places : []} invited={() => setTurn(turn + 1)} />}
      {children(turn)}
    </>
  );
}

function Form({ accounts, places, invited }: { accounts: Named[]; places: Named[]; invited: () => void }) {
  const first = accounts[0] ? `account:${accounts[0].id}` : `organization:${places[0]?.id ?? ""}`;
  const [to, setTo] = useState(first);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("");
  const { busy, said, make } = useChange();
  const [kind, id] = to.split(":");
  const member = kind === "organization";
  const roles = useAsk<{ roles: { nodes: Named[] } | null }>(member ? HOLDABLE : null, {
    where: { scope: { eq: "ORGANIZATION" }, status: { eq: "ACTIVE" }, or: [{ organization: { eq: id } }, { origin: { eq: "PREDEFINED" } }] },
  });
  const choices = member ? named(roles.data?.roles?.nodes) : COLLABORATOR_ROLES.map(({ key, text }) => ({ key, label: `${plain(key)}: ${text.toLowerCase()}` }));
  const chosen = choices.some((each) => each.key === role) ? role : (choices[0]?.key ?? "");
  async function invite(event: FormEvent) {
    event.preventDefault();
    const done = `${email} is invited, by mail.`;
    const success = member ? await make(INVITE_MEMBER, { organization: id, email, role: chosen }, done) : await make(INVITE_COLLABORATOR, { affiliateAccount: id, email, role: chosen }, done);
    if (!success) return;
    setEmail("");
    invited();
  }
  return (
    <details className="card asking">
      <summary>
        <Icon name="plus" /> Invite somebody
      </summary>
      <form className="question" onSubmit={(event) => void invite(event)}>
        <Choice
          label="To"
          value={to}
          change={setTo}
          options={[
            ...places.map((each) => ({ key: `organization:${each.id}`, label: `${each.name}, as a member` })),
            ...accounts.map((each) => ({ key: `account:${each.id}`, label: `${each.name}, as a collaborator` })),
          ]}
        />
        <label className="field">
          <span className="label">Mail address</span>
          <input className="input" type="email" value={email} onChange={(event) => setEmail(event.target.value)} required />
        </label>
        <Choice label="As" value={chosen} change={setRole} options={choices} />
        <button type="submit" className="button primary" disabled={busy || !email.trim() || chosen === ""}>
          Invite
        </button>
      </form>
      <Outcome said={said} />
    </details>
  );
}
