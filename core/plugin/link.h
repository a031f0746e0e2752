/* SPDX-License-Identifier: MIT */
/* The system's loader, with errors that a person can act upon. */
#ifndef EZ_PLUGIN_LINK_H
#define EZ_PLUGIN_LINK_H

#include "plugin/verify.h"

/* Maps image for ever and runs its constructors; NULL with a P31x error.  The image's descriptor
 * must stay open from now on, because the loader recognises files by the name it was given. */
void *ez_link_open(const ez_image *image, execz_error *err);

/* The symbol that the object itself defines, never one of a library it needs; NULL if none. */
void *ez_link_find(void *object, const char *name);

/* Where the object was mapped, for who reads addresses in a debugger. */
const void *ez_link_address(void *object);

/* What the loader said, in our words; for_path is the file's name for people. */
execz_status ez_link_explain(const char *message, const char *for_path, execz_error *err);

#endif
