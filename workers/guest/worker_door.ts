/**
 * The guest's half of the channel over messages of a Web Worker. Each message is one line of text.
 * Messages arrive whenever the program yields; there is no way to wait for one by blocking.
 */

import { apply } from "../../src/protocol/primordials.ts";
import type { Door } from "./door.ts";

/** What the door needs of a worker's global scope. */
export interface WorkerScope extends EventTarget {
  postMessage(message: string): void;
}

const drop = () => {};

/** Opens the door. Takes the functions now, so that nothing a guest replaces later is used. */
export function openWorkerDoor(scope: WorkerScope): Door {
  const post = scope.postMessage;
  let give: (line: string) => void = drop;
  scope.addEventListener("message", (event) => {
    give((event as MessageEvent<string>).data);
  });
  return {
    receive(take) {
      give = (line) => {
        give = drop;
        take(line);
      };
    },
    listen(take) {
      // Only calls are answered, so what arrives is always wanted.
      give = take;
    },
    send(text) {
      // SAFETY: a list, since an argument's iterator could be the program's (test/escape: steal-nonce-*).
      apply(post, scope, [text]);
    },
    hold() {}, // The host reads nothing off a worker.
  };
}
