/* SPDX-License-Identifier: MIT */
/* Whether a task is to be what it was. */
#ifndef EZ_DAEMON_FINGERPRINT_H
#define EZ_DAEMON_FINGERPRINT_H

#include <glib.h>

#include <execz/task.h>

/* Bytes that are the same for specs that are, and for no others. */
GBytes *ez_fingerprint_of(const execz_task_spec *spec);

#endif
