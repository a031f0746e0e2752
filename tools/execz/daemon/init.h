/* SPDX-License-Identifier: MIT */
/* The first process of a container.
 *
 * The kernel gives it every orphan to bury, and protects it from signals that it does not handle.  So it does
 * nothing else: the scheduler is a child, and knows its own children. */
#ifndef EZ_DAEMON_INIT_H
#define EZ_DAEMON_INIT_H

#include <stdbool.h>

/* Called before there are threads.  In the process with number 1, and with wanted in any, it starts a child,
 * and returns false there; in the process itself it returns true when the child has ended, with what it
 * exited with, 128 + N for signal N.  Until then it passes signals on to the child and buries orphans.
 * In other processes it returns false at once. */
bool ez_init_run(bool wanted, int *exit_out);

#endif
