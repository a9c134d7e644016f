// Apollo Client as one viewer: variables, paging through the cache, error policies. Prints one JSON object.
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { APPROVED, codes, ORDER, PARTLY, REVENUE, shipped } from "./reading.mjs";

const [url, token, name] = process.argv.slice(2);
const tableDocument = gql(shipped(name));
const client = new ApolloClient({
  link: new HttpLink({ uri: url, headers: { authorization: `Bearer ${token}` } }),
  cache: new InMemoryCache({
    typePolicies: { Query: { fields: { conversions: relayStylePagination(["where", "orderBy"]) } } },
  }),
});

const refused = async (asked) => {
  try {
    await asked;
    return null;
  } catch (error) {
    return CombinedGraphQLErrors.is(error) ? codes(error.errors) : [String(error)];
  }
};

const viewer = await client.query({ query: gql(shipped("viewer")) });
const table = client.watchQuery({ query: tableDocument, variables: { first: 3, orderBy: ORDER } });
const { data: page, error } = await new Promise((resolve) => {
  table.subscribe((result) => {
    if (!result.loading) resolve(result);
  });
});
if (error) throw error;
await table.fetchMore({ variables: { after: page.conversions.pageInfo.endCursor } });
const merged = client.readQuery({ query: tableDocument, variables: table.variables }).conversions.edges;
const approved = await client.query({
  query: tableDocument,
  variables: { first: 5, where: APPROVED },
});
const partly = await client.query({ query: gql(PARTLY), errorPolicy: "all" });

console.log(
  JSON.stringify({
    kinds: viewer.data.viewer.paths.map(({ kind }) => kind),
    total: page.conversions.totalCount,
    rows: merged.map(({ node }) => node),
    normalized: Object.keys(client.cache.extract()).filter((key) => key.startsWith("Conversion:")),
    statuses: approved.data.conversions.edges.map(({ node }) => node.status),
    revenue: await refused(client.query({ query: gql(REVENUE) })),
    partly: { viewer: partly.data.viewer !== null, conversions: partly.data.conversions, codes: codes(partly.error?.errors) },
    nothing: await refused(client.query({ query: gql(PARTLY), errorPolicy: "none", fetchPolicy: "no-cache" })),
  }),
);
client.stop();
