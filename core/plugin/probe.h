/* SPDX-License-Identifier: MIT */
/* Loads a plugin in another process first: what crashes, hangs or exits there does so here never. */
#ifndef EZ_PLUGIN_PROBE_H
#define EZ_PLUGIN_PROBE_H

#include <execz/types.h>

/* How long loading may take. */
#define EZ_PROBE_PATIENCE (10 * EXECZ_SECOND)

/* What program writes last when it has loaded the file: a plugin that exits by itself does not. */
#define EZ_PROBE_LOADED "\nloaded"

/* Has program (NULL: execz-plugin-host, beside libexecz) load the file at path, which runs its
 * constructors and its entry function there.  EXECZ_E_CANCELLED if stop_fd (-1: none) became readable
 * before that was over.  [any-thread] */
execz_status ez_plugin_probe(const char *program, const char *path, int stop_fd, execz_error *err);

#endif
