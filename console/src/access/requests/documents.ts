export const MAY = `query MayAsk @onDenied(mode: MASK) {
  viewer {
    user { id memberships(first: 20, where: { scope: { eq: ORGANIZATION } }) { nodes { organization { id name } } } }
    ask: canRead(coordinate: "Mutation.requestAccess")
    decide: canRead(coordinate: "Mutation.approveAccessRequest")
    columns: canRead(coordinate: "Mutation.editColumns")
  }
}`;

export const REQUESTS = `query Requests($after: String) @onDenied(mode: MASK) {
  accessRequests(first: 40, after: $after, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
    nodes {
      id
      createdAt
      coordinate
      node
      reason
      wantedUntil
      state
      decidedAt
      grantedUntil
      answer
      requester { id name }
      organization { id name }
      decidedBy { name }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const REQUEST = `mutation RequestAccess($input: RequestAccessInput!) {
  answer: requestAccess(input: $input) { __typename ... on RequestAccessSuccess { id } ... on UserError { message } }
}`;

export const WITHDRAW = `mutation WithdrawRequest($input: WithdrawAccessRequestInput!) {
  answer: withdrawAccessRequest(input: $input) { __typename ... on WithdrawAccessRequestSuccess { id } ... on UserError { message } }
}`;

export const DENY = `mutation DenyRequest($input: DenyAccessRequestInput!) {
  answer: denyAccessRequest(input: $input) { __typename ... on DenyAccessRequestSuccess { id } ... on UserError { message } }
}`;

export const APPROVE = `mutation ApproveRequest($input: ApproveAccessRequestInput!) {
  answer: approveAccessRequest(input: $input) { __typename ... on ApproveAccessRequestSuccess { id } ... on UserError { message } }
}`;

export const LIST_OF = `query ListOf($user: ID) {
  columnList(user: $user) { restricted }
}`;

export const MEMBERSHIP_OF = `query MembershipOf($user: ID!, $organization: ID!) @onDenied(mode: MASK) {
  memberships(first: 1, where: { user: { eq: $user }, organization: { eq: $organization } }) { nodes { id } }
}`;
