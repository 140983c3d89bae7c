/** Entry of the checker's thread: takes requests one at a time and answers each. */

import { parentPort, workerData } from "node:worker_threads";
import { CodeChecker } from "./check_code.ts";
import type { CheckerRequest } from "./check_request.ts";
import type { ThreadOptions, ThreadReply, ThreadRequest } from "./thread_messages.ts";

const { deadlineMs } = workerData as ThreadOptions;
const checker = new CodeChecker({ deadlineMs });
const say = (reply: ThreadReply) => parentPort?.postMessage(reply);

parentPort?.on("message", ({ request }: ThreadRequest) => say(answer(request)));
checker.warm();
say({ type: "ready" });

function answer(request: ThreadRequest["request"]): ThreadReply {
  try {
    const { text, hash } = request.declarations;
    if (text === undefined && !checker.knows(request)) return { type: "unknown_declarations" };
    const whole: CheckerRequest = { ...request, declarations: { hash, text: text ?? "" } };
    return { type: "result", result: checker.check(whole) };
  } catch (error) {
    return { type: "failed", message: String(error) };
  }
}
