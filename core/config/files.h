/* SPDX-License-Identifier: MIT */
/* The files of a configuration: the main one and its drop-ins. */
#ifndef EZ_CONFIG_FILES_H
#define EZ_CONFIG_FILES_H

#include "config/document.h"

#define EZ_CONFIG_FILE_MAX ((size_t)1 << 20) /* bytes of one file */

/* Reads path, then PATH.d/ *.conf in the order of their names, into document.  What is wrong with
 * them is reported; EXECZ_E_IO if the main file cannot be read at all. */
execz_status ez_files_read(ez_document *document, const char *path, ez_report *report,
                           execz_error *err);

#endif
