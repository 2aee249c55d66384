/**
 * An act: a command on its way. It is shown at once (`preview`), kept in this tab until it is answered, counts once however often it is
 * sent, and, when it is refused, stays with its reason until somebody has answered it.
 */

import type * as wire from '../wire/wire';
import type { RowsOf, ViewName } from './rows';

export type ActState = 'kept' | 'sent' | 'accepted' | 'refused';

/** How an act changes the rows of a view before the server has answered. Gets a copy that it may change. */
export type Preview = { [V in ViewName]?: (rows: Map<string, RowsOf[V]>) => void };

export interface ActWish {
  /** What is done, in words: "T-21 to Review". */
  label: string;
  /** The entity where a refusal is shown. */
  at: string;
  command: wire.Command;
  /** The workspace's stream in place of the project's. */
  workspace?: boolean;
  preview?: Preview;
}

export interface Act extends ActWish {
  readonly id: string;
  readonly request: wire.CommandRequest;
  readonly givenAt: number;
  sentAt: number | undefined;
  state: ActState;
  /** Accepted: shown as pending until the views are at this version. */
  version: number | undefined;
  answeredAt: number | undefined;
  refusal: wire.Rejected | undefined;
}

/** What of an act outlives a reload of the page: all but its preview. */
export type KeptAct = Pick<Act, 'label' | 'at' | 'command' | 'id' | 'request' | 'givenAt'> & { workspace?: boolean };

/** Where waiting acts are kept: this tab's storage, by project. Bounded by the server's limit of commands on their way. */
export class ActShelf {
  readonly #key: string;
  constructor(
    project: string,
    private readonly storage: Storage = window.sessionStorage,
  ) {
    this.#key = `daybook.acts.${project}`;
  }

  load(): KeptAct[] {
    try {
      return JSON.parse(this.storage.getItem(this.#key) ?? '[]') as KeptAct[];
    } catch {
      return [];
    }
  }

  save(acts: readonly Act[]): void {
    const kept: KeptAct[] = acts
      .filter(({ state }) => state === 'kept' || state === 'sent')
      .map(({ label, at, command, id, request, givenAt, workspace }) => ({
        label,
        at,
        command,
        id,
        request,
        givenAt,
        ...(workspace === true ? { workspace } : {}),
      }));
    if (kept.length === 0) this.storage.removeItem(this.#key);
    else this.storage.setItem(this.#key, JSON.stringify(kept));
  }
}
