/** Who a token signs in: the server tells it when it welcomes a connection. */

import type * as wire from '../wire/wire';
import { Connection } from './connection';

export type Who = Pick<wire.Welcome, 'member' | 'workspaceRoles'>;

/** Ends without an answer where there is none within the connection's own patience; `stop` gives up. */
export function whoIs(token: string, told: (who: Who) => void): () => void {
  const scheme = window.location.protocol === 'https:' ? 'wss:' : 'ws:';
  const connection = new Connection({
    url: `${scheme}//${window.location.host}/api/v1/sync`,
    token,
    listener: {
      onHeard: () => undefined,
      onWelcome: (welcome) => {
        connection.stop();
        told(welcome);
      },
      onLost: () => undefined,
      onEnded: () => undefined,
      onPresence: () => undefined,
      onFault: () => undefined,
    },
  });
  connection.start();
  return () => {
    connection.stop();
  };
}
