/* SPDX-License-Identifier: MIT */
/* What the system's loader would run beside a file's own code, and whether that can be trusted. */
#ifndef EZ_PLUGIN_LIBRARIES_H
#define EZ_PLUGIN_LIBRARIES_H

#include "plugin/verify.h"

/* Checks an image that ez_elf_read() accepts: its code stays as it is, its stack is none for code, it
 * looks for libraries in trusted places only, and those found there can be trusted like the file
 * itself, as those that they need.  What the system's own directories have is its administrator's
 * choice.  The error does not name the file.  [any-thread] */
execz_status ez_libraries_check(const ez_image *image, execz_error *err);

#endif
