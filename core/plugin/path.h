/* SPDX-License-Identifier: MIT */
/* A way through the file system that nobody but root and the running user can bend. */
#ifndef EZ_PLUGIN_PATH_H
#define EZ_PLUGIN_PATH_H

#include <sys/stat.h>
#include <sys/types.h>

#include <execz/types.h>

/* An O_PATH descriptor of the directory at an absolute path, or -1.  Every directory on the way, and
 * every symbolic link that is one, belongs to root or to the running user, and nobody else may write
 * to it; a directory that is sticky, like /tmp, may be on the way but not at its end.
 * [any-thread] */
int ez_path_open_directory(const char *path, execz_error *err);

/* Tells whether what stat describes may be trusted by a process of this user; path names it. */
execz_status ez_path_check(const struct stat *facts, uid_t user, const char *path,
                           execz_error *err);

/* The same for what a descriptor refers to, with its access control list. */
execz_status ez_path_check_fd(int fd, const struct stat *facts, uid_t user, const char *path,
                              execz_error *err);

#endif
