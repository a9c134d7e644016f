export const REVIEWS = `query Reviews @onDenied(mode: MASK) {
  accessReviews(first: 40, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
    nodes { id createdAt scope state dueAt completedAt affiliateAccount { name } organization { name } company { name } openedBy { name } }
  }
}`;

export const MAY_REVIEW = `query MayReview @onDenied(mode: MASK) {
  viewer {
    open: canRead(coordinate: "Mutation.openAccessReview")
    platform: canRead(coordinate: "Mutation.assignPlatformRole")
  }
  organizations(first: 60, orderBy: [{ field: NAME, direction: ASC }]) { nodes { id name } }
  affiliateAccounts(first: 60, orderBy: [{ field: NAME, direction: ASC }]) { nodes { id name } }
  companies(first: 60, orderBy: [{ field: NAME, direction: ASC }]) { nodes { id name } }
}`;

export const ITEMS = `query ReviewItems($review: ID!, $after: String) @onDenied(mode: MASK) {
  accessReviewItems(first: 100, after: $after, where: { review: { eq: $review } }) {
    nodes { id person role accessUntil state decidedAt note decidedBy { name } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const OPEN = `mutation OpenReview($input: OpenAccessReviewInput!) {
  answer: openAccessReview(input: $input) { __typename ... on OpenAccessReviewSuccess { id } ... on UserError { message } }
}`;

export const CONFIRM = `mutation Confirm($input: ConfirmAccessInput!) {
  answer: confirmAccess(input: $input) { __typename ... on ConfirmAccessSuccess { id } ... on UserError { message } }
}`;

export const REVOKE = `mutation Revoke($input: RevokeAccessInput!) {
  answer: revokeAccess(input: $input) { __typename ... on RevokeAccessSuccess { id } ... on UserError { message } }
}`;

export const CLOSE = `mutation CloseReview($input: CloseAccessReviewInput!) {
  answer: closeAccessReview(input: $input) { __typename ... on CloseAccessReviewSuccess { id } ... on UserError { message } }
}`;
