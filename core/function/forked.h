/* SPDX-License-Identifier: MIT */
/* Notices that a body has forked and that this is the new process.
 *
 * It is a copy of ours with a single thread.  If that came back from the body, it would go on as the
 * worker or the loop that it is a copy of: run a second time what is queued, and answer for it. */
#ifndef EZ_FUNCTION_FORKED_H
#define EZ_FUNCTION_FORKED_H

#include "task/body.h"

#include <stdint.h>

/* How many forks lie between this process and its program; use ez_forked_count(). */
extern uint32_t ez_forked_depth;

/* Whoever compares two counts knows whether a fork came in between and this is the new process. */
static inline uint32_t
ez_forked_count(void)
{
    return ez_forked_depth;
}

/* Ends this process, which is a copy, and says so on stderr; task NULL: it is not known. */
_Noreturn void ez_forked_end(const execz_task *task);

#endif
