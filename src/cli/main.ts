#!/usr/bin/env node
import { handleSignals } from "./interrupt.js";
import { runProgram } from "./program.js";
import { endOnClosedPipe } from "./terminal.js";

endOnClosedPipe();
handleSignals();
process.exitCode = await runProgram(process.argv.slice(2));
