/* SPDX-License-Identifier: MIT */
/* What the process of one check tells the command that has started it: shared memory, so that it is
 * still there when the process has crashed, hangs or was ended. */
#ifndef EZ_CHECK_BOARD_H
#define EZ_CHECK_BOARD_H

#include <stdint.h>

/* The descriptor under which a check finds its board. */
#define EZ_BOARD_FD 3

#define EZ_VERDICT_NONE 0u /* it has not come so far */
#define EZ_VERDICT_PASSED 1u
#define EZ_VERDICT_FAILED 2u
#define EZ_VERDICT_SKIPPED 3u /* it does not concern this plugin */

typedef struct ez_board {
    uint32_t verdict;   /* EZ_VERDICT_* */
    char loop[64];      /* the function of the plugin that the loop's thread is in; empty: none */
    char main[64];      /* the same of the thread that checks */
    char crash[512];    /* where it has crashed, if that is known */
    char message[4096]; /* what has happened */
} ez_board;

#endif
