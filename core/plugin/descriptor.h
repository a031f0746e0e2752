/* SPDX-License-Identifier: MIT */
/* The descriptor of a plugin, read from its file before any of its code runs. */
#ifndef EZ_PLUGIN_DESCRIPTOR_H
#define EZ_PLUGIN_DESCRIPTOR_H

#include "plugin/file.h"

/* Fails with P404 if the image has a descriptor that says something else than its note, which is what
 * file has.  A descriptor that is made at run time, or lies where nobody finds it, is left to
 * ez_components_read().  The error does not name the file. */
execz_status ez_descriptor_check(const ez_image *image, const ez_plugin_file *file,
                                 execz_error *err);

/* Says that they differ in what. */
execz_status ez_descriptor_disagrees(const char *what, const char *descriptor, const char *note,
                                     execz_error *err);

#endif
