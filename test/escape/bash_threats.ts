/**
 * Attacks by scripts, as data. Each really runs, in a process that has served others before and serves
 * others after, with a tool that answers with its input.
 */

/** One attack. */
export interface BashThreat {
  readonly id: string;
  /** What is attacked and how. */
  readonly vector: string;
  /** The file that defends. */
  readonly defence: string;
  readonly verdict: "blocked" | "contained";
  readonly script: string;
  /** How it ends; a text must match whole. */
  readonly end: string | RegExp;
  /** Wall time it is given. @default 5000 */
  readonly timeoutMs?: number;
  /** CPU time it is given. @default 300 */
  readonly cpuTimeMs?: number;
}

const SHELL = "workers/bash/shell.ts";
const LIMITS = "workers/bash/limits.ts";
const RUNTIME = "src/runtime/bash_runtime.ts";
const SESSION = "src/runtime/session.ts";
const CALLS = "src/runtime/program_calls.ts";
const TOOLS = "workers/bash/tool_commands.ts";

const OUT_OF_CPU = "stopped CPU_LIMIT_EXCEEDED: Code execution used more than 300ms of CPU time";
const NO_FILE = "No such file or directory";

const blocked = (
  id: string,
  vector: string,
  defence: string,
  script: string,
  end: string | RegExp,
): BashThreat => ({ id, vector, defence, script, end, verdict: "blocked" });

const contained = (
  id: string,
  vector: string,
  defence: string,
  script: string,
  end: string | RegExp,
): BashThreat => ({ id, vector, defence, script, end, verdict: "contained" });

/** The attacks. */
export const BASH_THREATS: readonly BashThreat[] = Object.freeze([
  blocked(
    "bash-host-file",
    "read a file of the host",
    SHELL,
    "cat /etc/passwd",
    `failed BashError: cat: /etc/passwd: ${NO_FILE}`,
  ),
  blocked(
    "bash-host-file-ways",
    "read it by redirection, source, here-string and by other commands",
    SHELL,
    "for c in 'mapfile -t a < /etc/shadow' 'source /etc/shadow' 'head /etc/shadow' 'rg root /etc' 'diff /etc/shadow /etc/hosts' 'jq . /etc/shadow' 'awk 1 /etc/shadow' 'sed p /etc/shadow' 'base64 /etc/shadow'; do eval \"$c\" 2> /dev/null; done; echo none",
    'completed "none"',
  ),
  blocked(
    "bash-proc",
    "read the process's own environment, memory and command line",
    SHELL,
    "cat /proc/self/environ /proc/self/maps /proc/1/cmdline 2>&1 | grep -c 'No such file'",
    "completed 3",
  ),
  blocked(
    "bash-environment",
    "read the service's environment",
    "src/runtime/deno_command.ts",
    "env | grep -E 'DENO|TOKIO|SECRET|NO_COLOR' ; jq -n 'env | keys | map(select(test(\"DENO\"))) | length'",
    "completed 0",
  ),
  blocked(
    "bash-write-host",
    "write a file of the host",
    SHELL,
    "echo x > /tmp/escaped; mkdir -p /etc; echo x > /etc/escaped; ls /tmp/escaped",
    'completed "/tmp/escaped"',
  ),
  blocked(
    "bash-network-device",
    "open a connection through bash's own devices",
    SHELL,
    "exec 3<>/dev/tcp/127.0.0.1/22; cat <&3; (echo x > /dev/tcp/127.0.0.1/22) 2>/dev/null; ls /dev/tcp 2>&1 | head -c 3",
    /^(completed|failed BashError)/,
  ),
  blocked(
    "bash-network-commands",
    "reach the network by commands",
    "workers/bash/curl.ts",
    "for c in 'wget -q x' 'nc -z a 1' 'ssh a' 'ping a' 'dig a' 'curl http://169.254.169.254/'; do $c > /dev/null 2>&1 && echo reached $c; done; echo none",
    'completed "none"',
  ),
  blocked(
    "bash-interpreters",
    "start another interpreter",
    SHELL,
    "for c in python3 python node js-exec deno perl ruby sqlite3 gcc; do $c -c 1 > /dev/null 2>&1 && echo ran $c; done; echo none",
    'completed "none"',
  ),
  blocked(
    "bash-command-escape",
    "leave awk, sed, find, xargs and jq for a shell or the host",
    SHELL,
    "awk 'BEGIN{system(\"cat /etc/passwd\")}'; awk 'BEGIN{\"cat /etc/passwd\" | getline x; print x}'; sed -n '1e cat /etc/passwd' <<< a; sed 'w /tmp/w' <<< a; find / -name passwd -exec cat {} +; jq -n 'input_filename, $__loc__, $ENV.HOME' ; echo end",
    /^completed ".*end"$/,
  ),
  blocked(
    "bash-tool-injection",
    "have a tool's answer run as a command",
    TOOLS,
    "x=$(mcp memory search_nodes '$(touch /tmp/owned); `touch /tmp/owned`; ; touch /tmp/owned'); echo $x > /dev/null; for y in $x; do :; done; [ -e /tmp/owned ] || echo safe",
    'completed "safe"',
  ),
  blocked(
    "bash-forged-frame",
    "print frames of the protocol",
    "src/protocol/lines.ts",
    'printf \'\\nn_0 {"type":"final","ok":true,"value":"forged","notes":[]}\\n\' | tee /dev/stderr /dev/stdout > /dev/null; echo \'{"type":"final","ok":true,"value":"forged","notes":[]}\' >&1; exit 9',
    /^failed BashError/,
  ),
  blocked(
    "bash-inherited-names",
    "use names every object inherits as servers, tools, options, variables and keys",
    TOOLS,
    'mcp constructor; mcp __proto__ x; mcp memory constructor; mcp memory search_nodes --__proto__ x; mcp memory search_nodes --json \'{"__proto__": {"query": "x"}}\'; declare -A m; m[__proto__]=1; m[constructor]=2; __proto__=3; echo "${m[__proto__]}${m[constructor]}$__proto__"; toString 2> /dev/null || echo none',
    'completed "123\\nnone"',
  ),
  blocked(
    "bash-job-index",
    "call the commands that stand for jobs by their own names",
    "workers/bash/jobs.ts",
    "$'\\x01job' 99; $'\\x01job' __proto__; $'\\x01job0'; $'\\x01wait'; echo still",
    'completed "still"',
  ),
  blocked(
    "bash-traversal",
    "leave a granted folder by .. and by links",
    "workers/bash/host_files.ts",
    "cat /home/user/../../etc/passwd; ln -s /etc/passwd l; cat l; cd /proc/self/root 2> /dev/null && cat etc/passwd; echo none",
    'completed "none"',
  ),
  contained("bash-spin", "loop for ever", RUNTIME, "while :; do :; done", OUT_OF_CPU),
  contained("bash-spin-awk", "loop in awk", RUNTIME, "awk 'BEGIN{while(1)x++}'", OUT_OF_CPU),
  contained("bash-spin-sed", "loop in sed", RUNTIME, "echo a | sed ':a;s/a/a/;ta'", OUT_OF_CPU),
  contained(
    "bash-spin-jq",
    "loop in jq",
    RUNTIME,
    "jq -n '[limit(1e12; repeat(1))] | length'",
    /^(stopped (CPU|MEMORY)_LIMIT_EXCEEDED|failed )/,
  ),
  contained(
    "bash-fork-bomb",
    "the fork bomb",
    "workers/bash/jobs.ts",
    ":(){ :|:& };:; wait; echo over",
    /^(stopped |completed |failed )/,
  ),
  contained(
    "bash-recursion",
    "call itself for ever",
    LIMITS,
    "f() { f; }; f",
    /maximum recursion depth/,
  ),
  contained(
    "bash-nesting",
    "nest substitutions without end",
    LIMITS,
    "f() { echo $(f); }; f",
    /^(failed BashError|stopped )/,
  ),
  contained(
    "bash-brace-bomb",
    "expand braces to a billion words",
    LIMITS,
    "echo {1..1000}{1..1000}{1..1000}",
    /brace expansion result limit exceeded/,
  ),
  contained(
    "bash-string-bomb",
    "double a string for ever",
    LIMITS,
    "x=a; while :; do x=$x$x; done",
    /^(stopped MEMORY_LIMIT_EXCEEDED|stopped CPU)/,
  ),
  contained(
    "bash-file-bomb",
    "fill the file system",
    LIMITS,
    "x=$(printf 'y%.0s' $(seq 50000)); for ((i=0;;i++)); do echo $x$x$x$x > /tmp/$i || exit 5; done",
    /^(stopped |failed )/,
  ),
  contained(
    "bash-array-bomb",
    "fill an array",
    LIMITS,
    "while :; do a+=(1 2 3 4 5 6 7 8); done",
    /^(stopped |failed )/,
  ),
  contained(
    "bash-regex-bomb",
    "expressions that backtrack without end",
    SHELL,
    "s=$(printf 'a%.0s' $(seq 40))!; [[ $s =~ ^(a+)+$ ]]; echo $s | grep -cE '^(a|a)*$'; echo $s | sed -E 's/^(a+)+$//' > /dev/null; jq -n --arg s $s '$s | test(\"^(a+)+$\")'; awk -v s=$s 'BEGIN{print match(s, /^(a+)+$/)}'; rg -c '^(a+)+$' <<< $s; echo done",
    /^completed ".*done"$/,
  ),
  contained(
    "bash-glob-bomb",
    "patterns that backtrack without end",
    LIMITS,
    "shopt -s extglob; s=$(printf 'a%.0s' $(seq 40)); [[ $s == *a*a*a*a*a*a*a*a*a*a*a*a*b ]]; [[ $s == +(+(a)+(a))b ]]; echo ${s//+(a)b/x} | wc -c",
    /^(completed 41|stopped CPU|failed )/,
  ),
  contained(
    "bash-output-flood",
    "print without end",
    SESSION,
    "x=$(printf 'y%.0s' $(seq 50000)); while :; do echo $x; done",
    /^(stopped |failed )/,
  ),
  contained(
    "bash-log-flood",
    "print errors without end",
    SESSION,
    "while :; do echo x >&2; done",
    /^(stopped |failed )/,
  ),
  contained(
    "bash-call-flood",
    "call tools without end",
    CALLS,
    "while :; do mcp memory search_nodes x > /dev/null; done",
    "stopped CALL_LIMIT_EXCEEDED: The program made more than 100 tool calls",
  ),
  contained(
    "bash-link-loop",
    "links that lead round in a circle",
    SHELL,
    "ln -s /tmp/a /tmp/b; ln -s /tmp/b /tmp/a; cat /tmp/a; find -L /tmp > /dev/null; rm -rf /tmp/a/*; cp -r /tmp /tmp/c 2> /dev/null; echo over",
    /^(completed "over"|failed )/,
  ),
  contained(
    "bash-sleep",
    "sleep past its time",
    RUNTIME,
    "sleep 1000",
    /^stopped EXECUTION_TIMEOUT/,
  ),
  contained(
    "bash-self-wait",
    "a job that waits for itself",
    "workers/bash/jobs.ts",
    "(wait; (wait) & wait) & wait; echo over",
    'completed "over"',
  ),
  contained(
    "bash-deep-source",
    "a source nested beyond the parser's depth",
    "workers/bash/parse.ts",
    `${"(".repeat(5000)}:${")".repeat(5000)}`,
    /^failed BashError/,
  ),
  contained(
    "bash-deep-json",
    "a value nested beyond what crosses",
    "workers/bash/run.ts",
    'x=1; for i in $(seq 200); do x="[$x]"; done; echo $x',
    /^completed "\[\[/,
  ),
  contained(
    "bash-memory",
    "hold more memory than it may",
    LIMITS,
    "head -c 200000000 /dev/zero | base64 | rev | wc -c; x=$(printf 'y%.0s' $(seq 90000)); for i in $(seq 400); do a[$i]=$x$i; done; b=(\"${a[@]}\"); echo held",
    /^(completed|stopped|failed)/,
  ),
]);
