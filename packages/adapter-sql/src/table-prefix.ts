import {
  IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  type SchemableIdentifierNode,
  type UnknownRow,
} from "kysely";
import { tableNames } from "./catalogue.ts";

class TablePrefixer extends OperationNodeTransformer {
  readonly #prefix: string;
  readonly #schema: string | undefined;

  constructor(prefix: string, schema: string | undefined) {
    super();
    this.#prefix = prefix;
    this.#schema = schema;
  }

  // Kysely transforms a subquery once by itself and again as part of the whole query. So only our bare names get the
  // prefix.
  protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
    const { name } = node.identifier;
    if (!(tableNames as readonly string[]).includes(name)) return node;
    const identifier = { ...node.identifier, name: this.#prefix + name };
    return this.#schema === undefined
      ? { ...node, identifier }
      : { ...node, identifier, schema: IdentifierNode.create(this.#schema) };
  }
}

/** Lets queries use the names in `Tables`, whatever the prefix and schema in the database are. */
export function tablePrefixPlugin(prefix: string, schema?: string): KyselyPlugin {
  const prefixer = new TablePrefixer(prefix, schema);
  return {
    transformQuery: ({ node, queryId }: PluginTransformQueryArgs): RootOperationNode =>
      prefixer.transformNode(node, queryId),
    transformResult: async ({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> => result,
  };
}
