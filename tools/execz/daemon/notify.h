/* SPDX-License-Identifier: MIT */
/* Tells the service manager how we are: systemd's protocol, a datagram of NAME=VALUE lines.
 *
 * By hand and not by libsystemd: it is one sendto(), and the library brings a dozen others along. */
#ifndef EZ_DAEMON_NOTIFY_H
#define EZ_DAEMON_NOTIFY_H

#include <stdbool.h>

#include <execz/types.h>

/* Reads and removes what the environment says of a service manager, so that commands do not inherit it.
 * Before there are threads. */
void ez_notify_init(void);

/* Sends the lines, e.g. "READY=1\nSTATUS=3 tasks"; nothing if there is no service manager.  [any-thread] */
void ez_notify_send(const char *lines);

/* Begins to reload: the manager wants to know when.  [any-thread] */
void ez_notify_reloading(void);

/* How often the manager wants to hear WATCHDOG=1, at least; 0: not at all. */
execz_duration ez_notify_watchdog(void);

/* Does a descriptor lead to the journal, which wants "<N>" before each line and no time? */
bool ez_notify_is_journal(int fd);

#endif
