/* SPDX-License-Identifier: MIT */
/* What a descriptor of a process (pidfd) tells by itself. */
#ifndef EZ_FUNCTION_PIDFD_H
#define EZ_FUNCTION_PIDFD_H

#include <stdbool.h>
#include <stdint.h>

/* A number that this process has and no other ever will, at a tenth of the price of its stat; 0: not
 * known, for pidfds are files of their own kind only since Linux 6.9. */
uint64_t ez_pidfd_identity(int pidfd);

/* Whether all its threads are over; it may still wait to be reaped. */
bool ez_pidfd_is_dead(int pidfd);

#endif
