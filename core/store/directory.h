/* SPDX-License-Identifier: MIT */
/* A scheduler's state directory: its own, and nobody else's at the same time. */
#ifndef EZ_STORE_DIRECTORY_H
#define EZ_STORE_DIRECTORY_H

#include <execz/types.h>

#define EZ_DIRECTORY_LOCK "scheduler.lock" /* the file in it that is locked, and tells the pid */

/* Makes the directory at the absolute path if need be, and takes it: until the descriptor that is
 * returned is closed, also by the death of the process, nobody else can.  -1 with EXECZ_E_EXISTS, and
 * the pid in err, if another scheduler has it; EXECZ_E_PERMISSION if others could change what is in
 * it; EXECZ_E_IO. */
int ez_directory_take(const char *path, execz_error *err);

#endif
