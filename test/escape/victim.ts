/**
 * A service of its own for one attack that may take it along: runs the program of its argument, prints
 * how it ended, and ends by force, since a worker that spins would keep it.
 */

import process from "node:process";
import { attackHere } from "./attack.ts";

const { mode, ...threat } = JSON.parse(process.argv[2]!);
const { end } = await attackHere(threat, mode);
console.log(end);
process.exit(0);
