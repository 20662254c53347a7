import type { Timestamp } from "@bufbuild/protobuf/wkt";

import type * as messages from "../messages/scalekit/v1/connections/connections_pb";
import type { ListConnection } from "../messages/scalekit/v1/connections/connections_pb";
import type { CallOptions } from "../runtime/call";
import { AccountMethods } from "./accounts";
import { known } from "./names";

/** The creation time of a connection. */
export type AppConnectionTimestamp = Timestamp;

/** A connection to a third-party service. */
export interface AppConnection {
  /** The id, `conn_` followed by digits. */
  id: string;
  /** The type of the credentials, such as `OAUTH`. */
  type: string;
  /** The status, such as `COMPLETED`. */
  status: string;
  enabled: boolean;
  /** The third-party service, such as `GMAIL`. */
  provider: string;
  /** The name that the methods of `client.actions` accept. */
  connectionName: string;
  createdAt?: AppConnectionTimestamp;
}

/** A page of connections. */
export interface ListAppConnectionsResult {
  connections: AppConnection[];
  /** Token of the next page, an empty string on the last page. */
  nextPageToken: string;
  /** Token of the previous page, an empty string on the first page. */
  prevPageToken: string;
  /** Number of connections on all pages. */
  totalSize: number;
}

/** Parameters of `listConnections`. */
export interface ListConnectionsParams {
  /** Number of connections per page, at most 30; 10 if not set. */
  pageSize?: number | null;
  /** `nextPageToken` of the previous page. */
  pageToken?: string | null;
  /** Only connections to this third-party service. */
  provider?: string | null;
  /** Only connections that contain this text. */
  query?: string | null;
}

/** Methods for connections. */
export abstract class ConnectionMethods extends AccountMethods {
  /** Lists the connections to third-party services, page by page. */
  async listConnections(
    params?: ListConnectionsParams | null,
    call?: CallOptions,
  ): Promise<ListAppConnectionsResult> {
    const names = ["pageSize", "pageToken", "provider", "query"] as const;
    const given = known("listConnections", params, names);
    const page = await this.connection.listAppConnections(given, call);
    const { nextPageToken, prevPageToken, totalSize } = page;
    const connections = page.connections.map(appConnection);
    return { connections, nextPageToken, prevPageToken, totalSize };
  }
}

function appConnection(connection: ListConnection): AppConnection {
  const { ConnectionStatus, ConnectionType } =
    require("../messages/scalekit/v1/connections/connections_pb") as typeof messages;
  const { id, enabled, providerKey, keyId, createdAt } = connection;
  return {
    id,
    // A newer service can return values without a name.
    type: ConnectionType[connection.type] ?? String(connection.type),
    status: ConnectionStatus[connection.status] ?? String(connection.status),
    enabled,
    provider: providerKey,
    connectionName: keyId,
    ...(createdAt && { createdAt }),
  };
}
