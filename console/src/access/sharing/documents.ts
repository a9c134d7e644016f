export const MAY = `query MayInvite @onDenied(mode: MASK) {
  viewer {
    user { id email memberships(first: 20, where: { scope: { eq: ORGANIZATION } }) { nodes { organization { id name } } } }
    collaborator: canRead(coordinate: "Mutation.inviteCollaborator")
    member: canRead(coordinate: "Mutation.inviteMember")
    change: canRead(coordinate: "Mutation.changeCollaborator")
    leave: canRead(coordinate: "Mutation.leaveAccount")
    revoke: canRead(coordinate: "Mutation.revokeInvitation")
    decline: canRead(coordinate: "Mutation.declineInvitation")
  }
  affiliateAccounts(first: 60, orderBy: [{ field: NAME, direction: ASC }]) { nodes { id name } }
}`;

export const COLLABORATORS = `query Collaborators($after: String) @onDenied(mode: MASK) {
  collaborators(first: 40, after: $after) {
    nodes { id role expiresAt user { id name } affiliateAccount { id name } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const INVITATIONS = `query Invitations($after: String) @onDenied(mode: MASK) {
  invitations(first: 40, after: $after, orderBy: [{ field: EXPIRES_AT, direction: DESC }]) {
    nodes { id scope email collaboratorRole state targetName inviterName expiresAt answeredAt role { name } invitedBy { id } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const INVITE_COLLABORATOR = `mutation InviteCollaborator($input: InviteCollaboratorInput!) {
  answer: inviteCollaborator(input: $input) { __typename ... on InviteCollaboratorSuccess { id } ... on UserError { message } }
}`;

export const INVITE_MEMBER = `mutation InviteMember($input: InviteMemberInput!) {
  answer: inviteMember(input: $input) { __typename ... on InviteMemberSuccess { id } ... on UserError { message } }
}`;

export const REVOKE_INVITATION = `mutation RevokeInvitation($input: RevokeInvitationInput!) {
  answer: revokeInvitation(input: $input) { __typename ... on RevokeInvitationSuccess { id } ... on UserError { message } }
}`;

export const DECLINE_INVITATION = `mutation DeclineInvitation($input: DeclineInvitationInput!) {
  answer: declineInvitation(input: $input) { __typename ... on DeclineInvitationSuccess { id } ... on UserError { message } }
}`;

export const CHANGE_COLLABORATOR = `mutation ChangeCollaborator($input: ChangeCollaboratorInput!) {
  answer: changeCollaborator(input: $input) { __typename ... on ChangeCollaboratorSuccess { id } ... on UserError { message } }
}`;

export const REMOVE_COLLABORATOR = `mutation RemoveCollaborator($input: RemoveCollaboratorInput!) {
  answer: removeCollaborator(input: $input) { __typename ... on RemoveCollaboratorSuccess { id } ... on UserError { message } }
}`;

export const LEAVE_ACCOUNT = `mutation LeaveAccount($input: LeaveAccountInput!) {
  answer: leaveAccount(input: $input) { __typename ... on LeaveAccountSuccess { id } ... on UserError { message } }
}`;
