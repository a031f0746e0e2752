/* SPDX-License-Identifier: MIT */
/* How a check ends, if not by its return, which means that the rule was kept. */
#ifndef EZ_CHECK_VERDICT_H
#define EZ_CHECK_VERDICT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include <execz/types.h>

#include "board.h"

/* Takes the board from its descriptor, or makes one that nobody reads; from then on a crash is
 * noted on it.  plugin is the file that is checked. */
void ez_verdict_open(const char *plugin);

/* Each ends the process at once: whatever the plugin still does is not looked at any more.
 * [any-thread] */
noreturn void ez_verdict_pass(void);
noreturn void ez_verdict_fail(const char *format, ...) EXECZ_PRINTF(1, 2);
noreturn void ez_verdict_skip(const char *format, ...) EXECZ_PRINTF(1, 2);

/* Notes that the rule was kept; the process ends by itself, so that a leak checker sees it. */
void ez_verdict_passed(void);

/* Notes which function of the plugin the loop's thread, or the one that checks, is in now; NULL:
 * none. */
void ez_verdict_in(bool loop, const char *function);

/* What could not happen while the plugin keeps its contract, or the machine its promises. */
#define EZ_NEEDED(condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            ez_verdict_fail("the check itself cannot go on: %s (%s:%d)", #condition, __FILE__,     \
                            __LINE__);                                                             \
        }                                                                                          \
    } while (0)

#endif
