export const ROLES = `query Roles($after: String) @onDenied(mode: MASK) {
  roles(first: 40, after: $after, orderBy: [{ field: NAME, direction: ASC }]) {
    nodes {
      id
      name
      status
      scope
      origin
      baseType
      userVisibility
      seeRevenue
      seePayout
      seeSaleAmount
      statuses
      organization { id name }
      owner { id name }
      permissions(first: 60) { nodes { permission level } }
      productLines(first: 10) { nodes { productLine } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const MAY = `query MayChangeRoles @onDenied(mode: MASK) {
  viewer {
    user { memberships(first: 20, where: { scope: { eq: ORGANIZATION } }) { nodes { organization { id name } } } }
    paths { kind holds }
    createPlatform: canRead(coordinate: "Mutation.createPlatformRole")
    createOrganization: canRead(coordinate: "Mutation.createOrganizationRole")
    edit: canRead(coordinate: "Mutation.editRole")
    assign: canRead(coordinate: "Mutation.assignPlatformRole")
    members: canRead(coordinate: "Mutation.changeMembership")
  }
}`;

export const VERSION = `query Version($id: ID!) {
  viewer { version(id: $id) }
}`;

export const HOLDERS = `query Holders($role: ID!) @onDenied(mode: MASK) {
  memberships(first: 50, where: { role: { eq: $role } }) {
    nodes { id user { id name } organization { id name } expiresAt }
    pageInfo { hasNextPage }
  }
}`;

export const CREATE_PLATFORM = `mutation CreatePlatformRole($input: CreatePlatformRoleInput!) {
  answer: createPlatformRole(input: $input) { __typename ... on CreatePlatformRoleSuccess { id } ... on UserError { message } }
}`;

export const CREATE_ORGANIZATION = `mutation CreateOrganizationRole($input: CreateOrganizationRoleInput!) {
  answer: createOrganizationRole(input: $input) { __typename ... on CreateOrganizationRoleSuccess { id } ... on UserError { message } }
}`;

export const EDIT_ROLE = `mutation EditRole($input: EditRoleInput!) {
  answer: editRole(input: $input) { __typename ... on EditRoleSuccess { id } ... on UserError { message } }
}`;

export const CLONE = `mutation CloneRole($input: CloneRoleInput!) {
  answer: cloneRole(input: $input) { __typename ... on CloneRoleSuccess { id } ... on UserError { message } }
}`;

export const ARCHIVE = `mutation ArchiveRole($input: ArchiveRoleInput!) {
  answer: archiveRole(input: $input) { __typename ... on ArchiveRoleSuccess { id } ... on UserError { message } }
}`;

export const GRANTS = `query Grants($where: MembershipFilter, $after: String) @onDenied(mode: MASK) {
  memberships(first: 40, where: $where, after: $after) {
    nodes {
      id
      scope
      programScope
      lineScope
      expiresAt
      user { id name }
      organization { id name }
      role { id name origin permissions(first: 20) { nodes { permission level } } seeRevenue seePayout seeSaleAmount }
      programs(first: 20) { nodes { program { id name } } }
      productLines(first: 5) { nodes { productLine } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const HOLDABLE = `query HoldableRoles($where: RoleFilter) @onDenied(mode: MASK) {
  roles(first: 100, where: $where, orderBy: [{ field: NAME, direction: ASC }]) { nodes { id name organization { id } } }
}`;

export const PROGRAMS = `query ProgramsOf($organization: ID!) @onDenied(mode: MASK) {
  advertiserProfiles(first: 20, where: { organization: { eq: $organization } }) { nodes { programs(first: 40) { nodes { id name } } } }
}`;

export const CHANGE_MEMBERSHIP = `mutation ChangeMembership($input: ChangeMembershipInput!) {
  answer: changeMembership(input: $input) { __typename ... on ChangeMembershipSuccess { id } ... on UserError { message } }
}`;

export const REMOVE_MEMBER = `mutation RemoveMember($input: RemoveMemberInput!) {
  answer: removeMember(input: $input) { __typename ... on RemoveMemberSuccess { id } ... on UserError { message } }
}`;

export const ASSIGN = `mutation AssignPlatformRole($input: AssignPlatformRoleInput!) {
  answer: assignPlatformRole(input: $input) { __typename ... on AssignPlatformRoleSuccess { id } ... on UserError { message } }
}`;

export const SET_MODULES = `mutation SetModules($input: SetModulesInput!) {
  answer: setModules(input: $input) { __typename ... on SetModulesSuccess { id } ... on UserError { message } }
}`;

export const REMOVE_PLATFORM = `mutation RemovePlatformRole($input: RemovePlatformRoleInput!) {
  answer: removePlatformRole(input: $input) { __typename ... on RemovePlatformRoleSuccess { id } ... on UserError { message } }
}`;
