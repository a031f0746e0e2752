/* SPDX-License-Identifier: MIT */
/* What a command has left behind whose worker is dead. */
#ifndef PROCESSPOOL_SWEEP_H
#define PROCESSPOOL_SWEEP_H

#include <stdint.h>

/* The variable, as in the core: marks, from the outermost to the innermost, "/" between. */
#define SWEEP_TREE "EXECZ_TREE"

/* Marks this process, a worker that has done nothing yet, and all that it will start. */
void sweep_mark(uint64_t mark);

/* Kills what is left of the command of this run: all processes whose environment has the run and
 * the mark of the worker.  Takes 10 us a process. */
void sweep_run(uint64_t mark, uint64_t run);

#endif
