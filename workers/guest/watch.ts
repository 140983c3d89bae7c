/** What happens outside the program's own promise: uncaught errors, rejections nobody handles, idleness. */

import { uncurryThis } from "../../src/protocol/primordials.ts";

const preventDefault = uncurryThis(Event.prototype.preventDefault);

/** Listeners to be set; each is called for every event of its kind. */
export interface Watch {
  /** An error thrown by a callback, such as a timer's. */
  onUncaught: (error: unknown) => void;
  /** A promise was rejected and nobody handled it. */
  onRejection: (reason: unknown) => void;
  /** Nothing is left that could continue the program. */
  onIdle: () => void;
}

/** Watches the scope from now on; must run before the scope is sealed. */
export function watchGlobals(scope: EventTarget): Watch {
  const ignore = () => {};
  const watch: Watch = { onUncaught: ignore, onRejection: ignore, onIdle: ignore };
  scope.addEventListener("error", (event) => {
    preventDefault(event);
    watch.onUncaught((event as ErrorEvent).error);
  });
  scope.addEventListener("unhandledrejection", (event) => {
    preventDefault(event);
    watch.onRejection((event as PromiseRejectionEvent).reason);
  });
  scope.addEventListener("beforeunload", () => watch.onIdle());
  return watch;
}
