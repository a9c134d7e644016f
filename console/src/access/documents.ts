export const PLACES = `query Places {
  viewer {
    user { id name }
    columns: canRead(coordinate: "Query.columnList")
    roles: canRead(coordinate: "Query.roles")
    grants: canRead(coordinate: "Query.memberships")
    requests: canRead(coordinate: "Query.accessRequests")
    reviews: canRead(coordinate: "Query.accessReviews")
    people: canRead(coordinate: "Query.users")
    collaborators: canRead(coordinate: "Query.collaborators")
    invitations: canRead(coordinate: "Query.invitations")
    imports: canRead(coordinate: "Mutation.importOrders")
    log: canRead(coordinate: "Query.auditLog")
    who: canRead(coordinate: "Query.whoCanSee")
  }
}`;

export const PEOPLE = `query People($where: UserFilter) @onDenied(mode: MASK) {
  users(first: 60, where: $where, orderBy: [{ field: NAME, direction: ASC }]) {
    nodes { id name status }
    pageInfo { hasNextPage }
  }
}`;

export const LIST = `query List($user: ID) {
  columnList(user: $user) { own version available restricted }
}`;

export const EDIT = `mutation Edit($input: EditColumnsInput!) {
  answer: editColumns(input: $input) {
    __typename
    ... on EditColumnsSuccess { list { own version available restricted } }
    ... on UserError { message }
  }
}`;

export const RESET = `mutation Reset($input: ResetColumnsInput!) {
  answer: resetColumns(input: $input) {
    __typename
    ... on ResetColumnsSuccess { list { own version available restricted } }
    ... on UserError { message }
  }
}`;

export const EDIT_DEFAULT = `mutation EditDefault($input: EditColumnDefaultInput!) {
  answer: editColumnDefault(input: $input) {
    __typename
    ... on EditColumnDefaultSuccess { list { own version available restricted } }
    ... on UserError { message }
  }
}`;

export const COORDINATES = `query Coordinates {
  __schema { types { kind name interfaces { name } fields { name type { name } } } }
}`;

export const EXPLAIN = `query Explain($coordinate: String!, $node: ID, $user: ID) @onDenied(mode: MASK) {
  explainAccess(coordinate: $coordinate, node: $node, user: $user) {
    outcome
    needs
    paths {
      kind
      holds
      asks
      reaches
      gives
      membership { role { name } organization { name } }
      collaborator { role affiliateAccount { name } }
      companyAccess { level company { name } }
    }
  }
}`;

export const WHO = `query Who($coordinate: String!, $node: ID!, $after: ID) {
  whoCanSee(coordinate: $coordinate, node: $node, limit: 100, after: $after) { users last }
}`;

/** The first rows of a connection, which stands in place of CONNECTION. */
export const SOME_ROWS = "{ rows: CONNECTION(first: 1) { nodes { id } } }";

export const NAMES = `query Names($ids: [ID!]!) {
  nodes(ids: $ids) { ... on User { id name } }
}`;

export const LOG = `query Log($after: String, $where: AuditLogFilter) @onDenied(mode: MASK) {
  auditLog(first: 50, after: $after, where: $where, orderBy: [{ field: AT, direction: DESC }]) {
    nodes {
      id
      at
      action
      targetType
      viaPath
      actor { name }
      onBehalfOf { name }
      apiKey { name }
      organization { name }
      affiliateAccount { name }
      changes { field before after }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;
