import { useAsk } from "../../useAsk";
import { Bones, Failed } from "../../parts";
import type { Me } from "../Access";
import { Collaborators } from "./Collaborators";
import { MAY } from "./documents";
import { Invitations } from "./Invitations";
import { Inviting } from "./Inviting";

export interface Named {
  id: string;
  name: string;
}

export interface MayShare {
  viewer: Record<"collaborator" | "member" | "change" | "leave" | "revoke" | "decline", boolean> & {
    user: { id: string; email: string | null; memberships: { nodes: { organization: Named | null }[] } | null } | null;
  };
  affiliateAccounts: { nodes: Named[] } | null;
}

/** Who works on whose accounts, and who is invited where. */
export function Sharing({ me }: { me: Me }) {
  const { data, error, again } = useAsk<MayShare>(MAY);
  if (error) return <Failed error={error} again={again} />;
  if (!data) return <Bones lines={8} />;
  return (
    <div className="stack roomy">
      <Inviting may={data}>
        {(turn) => (
          <>
            {me.seesCollaborators && <Collaborators me={me} may={data} />}
            {me.seesInvitations && <Invitations key={turn} me={me} may={data} />}
          </>
        )}
      </Inviting>
    </div>
  );
}
