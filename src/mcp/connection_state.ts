/**
 * What a connection to a server is and what it becomes: a pure function from state and event to the
 * next state and the one thing to do about it. `connection.ts` does it.
 */

/** Health checks missed in a row before a connection that looks alive is given up. */
export const MAX_MISSED_CHECKS = 3;

/**
 * Where a connection is. `failures` counts failures in a row: connects that failed and sessions lost
 * before they proved useful; it sets the backoff.
 */
export type ConnectionState =
  | { readonly name: "idle" }
  | { readonly name: "connecting"; readonly failures: number }
  | { readonly name: "ready"; readonly failures: number }
  | { readonly name: "degraded"; readonly failures: number; readonly missedChecks: number }
  | { readonly name: "waiting"; readonly failures: number }
  | { readonly name: "loginRequired" }
  | { readonly name: "closed" };

/**
 * What happens to a connection. `wanted`: someone needs the server. `proven`: a call or a health
 * check was answered. `lost`: the transport ended. `elapsed`: the backoff is over. `loginNeeded`: no
 * attempt can succeed before somebody logs in. `loggedIn`: somebody may have. `wornOut`: the session
 * should make way for another one.
 */
export type ConnectionEvent =
  | "wanted"
  | "connected"
  | "failed"
  | "lost"
  | "proven"
  | "checkMissed"
  | "elapsed"
  | "loginNeeded"
  | "loggedIn"
  | "wornOut"
  | "close";

/**
 * What to do: both waits also drop what is left of the session, and so does `reconnect`; `close` drops
 * everything.
 */
export type ConnectionAction =
  | "none"
  | "connect"
  | "reconnect"
  | "wait"
  | "waitForLogin"
  | "close";

/** The next state and what to do on entering it. */
export interface ConnectionStep {
  readonly state: ConnectionState;
  readonly action: ConnectionAction;
}

/** The next step. An event that means nothing in a state leaves it alone. */
export function nextStep(state: ConnectionState, event: ConnectionEvent): ConnectionStep {
  const stay: ConnectionStep = { state, action: "none" };
  if (state.name === "closed") return stay;
  if (event === "close") return { state: { name: "closed" }, action: "close" };
  switch (state.name) {
    case "idle":
      return event === "wanted" ? connecting(0) : stay;
    case "connecting":
      if (event === "connected") return ready(state.failures);
      if (event === "loginNeeded") return LOGIN_REQUIRED;
      return event === "failed" ? waiting(state.failures + 1) : stay;
    case "loginRequired":
      return event === "loggedIn" ? connecting(0) : stay;
    case "waiting":
      return event === "elapsed" ? connecting(state.failures) : stay;
    default:
      return whileConnected(state, event);
  }
}

const LOGIN_REQUIRED: ConnectionStep = Object.freeze({
  state: Object.freeze({ name: "loginRequired" }),
  action: "waitForLogin",
});

function whileConnected(
  state: Extract<ConnectionState, { name: "ready" | "degraded" }>,
  event: ConnectionEvent,
): ConnectionStep {
  if (event === "loginNeeded") return LOGIN_REQUIRED;
  if (event === "lost") return waiting(state.failures + 1);
  if (event === "wornOut") return { ...connecting(0), action: "reconnect" };
  if (event === "proven") return ready(0);
  if (event !== "checkMissed") return { state, action: "none" };
  const missedChecks = state.name === "degraded" ? state.missedChecks + 1 : 1;
  if (missedChecks >= MAX_MISSED_CHECKS) return waiting(state.failures + 1);
  return { state: { name: "degraded", failures: state.failures, missedChecks }, action: "none" };
}

function connecting(failures: number): ConnectionStep {
  return { state: { name: "connecting", failures }, action: "connect" };
}

function waiting(failures: number): ConnectionStep {
  return { state: { name: "waiting", failures }, action: "wait" };
}

function ready(failures: number): ConnectionStep {
  return { state: { name: "ready", failures }, action: "none" };
}
