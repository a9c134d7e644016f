export const STAFF = `query Staff($user: ID!) @onDenied(mode: MASK) {
  viewer {
    version(id: $user)
    manage: canRead(coordinate: "Mutation.assignManager")
    suspend: canRead(coordinate: "Mutation.suspendUser")
  }
  node(id: $user) { ... on User { id status } }
  managerAssignments(first: 100, where: { user: { eq: $user } }) {
    nodes { id expiresAt affiliateAccount { name } advertiserProfile { name } }
    pageInfo { hasNextPage }
  }
}`;

export const ACCOUNTS = `query AccountsToManage($where: AffiliateAccountFilter) @onDenied(mode: MASK) {
  found: affiliateAccounts(first: 60, where: $where, orderBy: [{ field: NAME, direction: ASC }]) { nodes { id name } }
}`;

export const ADVERTISERS = `query AdvertisersToManage($where: AdvertiserProfileFilter) @onDenied(mode: MASK) {
  found: advertiserProfiles(first: 60, where: $where, orderBy: [{ field: NAME, direction: ASC }]) { nodes { id name } }
}`;

export const ASSIGN_MANAGER = `mutation AssignManager($input: AssignManagerInput!) {
  answer: assignManager(input: $input) { __typename ... on AssignManagerSuccess { id } ... on UserError { message } }
}`;

export const UNASSIGN_MANAGER = `mutation UnassignManager($input: UnassignManagerInput!) {
  answer: unassignManager(input: $input) { __typename ... on UnassignManagerSuccess { id } ... on UserError { message } }
}`;

export const SUSPEND = `mutation SuspendUser($input: SuspendUserInput!) {
  answer: suspendUser(input: $input) { __typename ... on SuspendUserSuccess { id } ... on UserError { message } }
}`;

export const REINSTATE = `mutation ReinstateUser($input: ReinstateUserInput!) {
  answer: reinstateUser(input: $input) { __typename ... on ReinstateUserSuccess { id } ... on UserError { message } }
}`;
