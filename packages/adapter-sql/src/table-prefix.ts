import {
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  type SchemableIdentifierNode,
  type UnknownRow,
} from "kysely";
import { tableNames } from "./schema.ts";

class TablePrefixer extends OperationNodeTransformer {
  readonly #prefix: string;

  constructor(prefix: string) {
    super();
    this.#prefix = prefix;
  }

  // Kysely transforms a subquery once by itself and again as part of the whole: only our bare names are prefixed.
  protected override transformSchemableIdentifier(node: SchemableIdentifierNode): SchemableIdentifierNode {
    const { name } = node.identifier;
    if (!(tableNames as readonly string[]).includes(name)) return node;
    return { ...node, identifier: { ...node.identifier, name: this.#prefix + name } };
  }
}

/** Lets queries name the tables of `Tables`, whatever their prefix in the database is. */
export function tablePrefixPlugin(prefix: string): KyselyPlugin {
  const prefixer = new TablePrefixer(prefix);
  return {
    transformQuery: ({ node, queryId }: PluginTransformQueryArgs): RootOperationNode =>
      prefixer.transformNode(node, queryId),
    transformResult: async ({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> => result,
  };
}
