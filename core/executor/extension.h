/* SPDX-License-Identifier: MIT */
/* The further tables that a host has by name: EXECZ_EXTENSION_*. */
#ifndef EZ_EXECUTOR_EXTENSION_H
#define EZ_EXECUTOR_EXTENSION_H

#include "executor/host.h"

/* NULL if this host does not have it.  [any-thread] */
const void *ez_host_extension(const execz_host *host, const char *id);

#endif
