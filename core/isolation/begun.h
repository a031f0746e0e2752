/* SPDX-License-Identifier: MIT */
/* Which runs have begun in a plugin host: memory that both processes see, so that it tells the same after
 * the death of the one that writes it.  A token that is not there has not begun. */
#ifndef EZ_ISOLATION_BEGUN_H
#define EZ_ISOLATION_BEGUN_H

#include <stdatomic.h>
#include <stdbool.h>

#include <execz/plugin.h>

/* Number i is the last run in slot i that has begun; only what is touched takes memory. */
typedef struct ez_begun {
    _Atomic(execz_run) *tokens; /* EXECZ_RUNS_MAX of them; NULL: none */
} ez_begun;

/* Makes an empty one; the descriptor is for the other process, and whoever calls closes it.  False and
 * errno: there is no memory, or no descriptor. */
bool ez_begun_make(ez_begun *self, int *fd_out);

/* Sees the one behind fd, which it closes. */
bool ez_begun_open(ez_begun *self, int fd);
void ez_begun_close(ez_begun *self);

/* Before anything of the run is done.  [any-thread] */
void ez_begun_note(ez_begun *self, execz_run run);
bool ez_begun_has(const ez_begun *self, execz_run run);

#endif
